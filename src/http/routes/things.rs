//! What the routes of planned, made and fetched things share.

use std::sync::Arc;

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::act::Made;
use crate::act::cleanup::Site;
use crate::coast::layer::Layer;
use crate::domain::area::AreaKind;
use crate::domain::pile::{Access, Hauler};
use crate::domain::place::{LonLat, Window};
use crate::domain::thing::{Document, Stretch};
use crate::error::{Code, Error, Result};
use crate::http::App;

/// A body that says nothing.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Which things.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Where {
    /// west,south,east,north in degrees; everything when it is not said
    pub bbox: Option<String>,
    /// a state; all when it is not said
    pub state: Option<String>,
    /// code of a municipality; all when it is not said
    pub municipality: Option<String>,
}

impl Where {
    /// Things of a layer in the window that pass a test, not more than one answer may carry.
    ///
    /// # Errors
    /// `invalid`, `window_too_large`.
    pub fn find<T: Document>(&self, app: &App, layer: &Layer<T>, passes: impl Fn(&T) -> bool) -> Result<Vec<Arc<T>>> {
        let window = self.bbox.as_deref().map_or(Ok(Window::WORLD), Window::parse)?;
        let found: Vec<_> = layer.within(window).into_iter().filter(|t| passes(t)).cloned().collect();
        let most = app.config.limits.hotspots;
        if found.len() > most {
            return Err(
                Error::new(Code::WindowTooLarge, format!("There are more than {most}. Ask for a smaller window.")).at("bbox")
            );
        }
        Ok(found)
    }

    /// Whether a state and a municipality pass.
    #[must_use]
    pub fn passes(&self, state: &str, municipality: Option<&str>) -> bool {
        self.state.as_deref().is_none_or(|wanted| wanted.split(',').any(|s| s.trim() == state))
            && self.municipality.as_deref().is_none_or(|code| municipality == Some(code))
    }
}

/// The thing with this id.
///
/// # Errors
/// `not_found`.
pub fn known<T: Document>(layer: &Layer<T>, id: Uuid) -> Result<Arc<T>> {
    layer.get(id).cloned().ok_or_else(|| Error::new(Code::NotFound, format!("There is no such {}.", T::LAYER.text())))
}

/// A new thing, or one that was sent before.
pub fn made<T: Serialize>(made: Made<T>) -> HttpResponse {
    match made {
        Made::New(thing) => HttpResponse::Created().json(thing),
        Made::Before(thing) => HttpResponse::Ok().json(thing),
    }
}

/// The municipality of a place.
#[must_use]
pub fn municipality(app: &App, at: LonLat) -> Option<String> {
    app.live.coast().municipality(at).map(|m| m.code.clone())
}

/// The stretches at these places, each once.
///
/// # Errors
/// `far_from_shore` at `stretches`.
pub fn stretches(app: &App, places: &[LonLat]) -> Result<Vec<Stretch>> {
    let (coast, reach) = (app.live.coast(), app.config.coast.reach_m);
    let mut found: Vec<Stretch> = vec![];
    for &at in places {
        let far = || Error::new(Code::FarFromShore, format!("A place is farther than {reach:.0} m from any shore known here."));
        let stretch = coast.stretch(at, reach).ok_or_else(|| far().at("stretches"))?;
        if !found.iter().any(|s| s.segment == stretch.segment) {
            found.push(stretch);
        }
    }
    Ok(found)
}

/// Where something is, with its stretches; its middle when no place is given.
///
/// # Errors
/// `far_from_shore`.
pub fn site(app: &App, at: Option<LonLat>, places: &[LonLat]) -> Result<Site> {
    let stretches = stretches(app, places)?;
    let at = at.or(stretches.get(stretches.len() / 2).map(|s| s.at));
    let at = at.ok_or_else(|| Error::invalid("stretches", "Say where it is."))?;
    let coast = app.live.coast();
    let stands_for = stretches.first().map_or(at, |s| s.at);
    let municipality = coast.municipality(stands_for).or_else(|| coast.municipality(at)).map(|m| m.code.clone());
    Ok(Site { at, municipality, regime: coast.here(stands_for).regime(coast.date), stretches })
}

/// Refuses stretches of several municipalities: each decides for itself.
///
/// # Errors
/// `invalid` at `stretches`.
pub fn one_municipality(app: &App, site: &Site) -> Result<()> {
    let coast = app.live.coast();
    let of = |at: LonLat| coast.municipality(at).map(|m| m.code.clone());
    if site.stretches.iter().all(|s| of(s.at) == site.municipality) {
        return Ok(());
    }
    Err(Error::invalid("stretches", "They lie in several municipalities. Ask each for its own."))
}

/// Haulers that may fetch something there, those of small areas first.
#[must_use]
pub fn haulers(app: &App, at: LonLat, access: Access) -> Vec<Hauler> {
    let coast = app.live.coast();
    let mut areas = coast.areas_at(at, AreaKind::ServiceArea);
    areas.retain(|a| access.served_by(&a.access));
    areas.sort_by(|a, b| a.code.cmp(&b.code));
    areas.iter().filter_map(|a| a.hauler.clone()).map(|h| Hauler { id: h.id, name: h.name }).collect()
}

/// Makes routes of acts upon a thing: parse, call, answer with the thing as it is then.
macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident $path:literal $tag:literal ($body:ty) -> $answer:ty {
        |$app:ident, $tx:ident, $by:ident, $id:ident, $sent:ident| $do:expr
    })*) => {$(
        $(#[$doc])*
        #[utoipa::path(tag = $tag, params(("id" = uuid::Uuid, Path)), request_body = $body,
            responses((status = 200, body = $answer), $crate::http::routes::Refusals))]
        #[post($path)]
        pub async fn $name(
            app: actix_web::web::Data<$crate::http::App>,
            who: $crate::http::session::Actor,
            path: actix_web::web::Path<String>,
            body: $crate::http::read::Body<$body>,
        ) -> $crate::error::Result<actix_web::web::Json<$answer>> {
            let ($by, $id, $sent, $app) = (who.0, $crate::http::read::id(&path)?, body.0, app.clone());
            let _ = (&$app, &$sent); // not every act asks for them
            let done = app.live.write(move |$tx| Box::pin(async move { $do.await })).await;
            done.map(actix_web::web::Json)
        }
    )*};
}
pub(crate) use acts;
