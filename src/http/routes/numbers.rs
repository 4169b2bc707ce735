//! Figures, the refund report, and a group's season.

use std::collections::HashMap;

use actix_web::http::header::{CONTENT_DISPOSITION, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::Datelike;
use rust_xlsxwriter::{Format, Workbook};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Refusals;
use super::cleanups::piles_of;
use crate::coast::index::Coast;
use crate::domain::cleanup::{Cleanup, CleanupState};
use crate::domain::numbers::{Figures, Numbers};
use crate::domain::order::OrderState;
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::pile::{Origin, Pile};
use crate::domain::refund::{RefundReport, report};
use crate::domain::share;
use crate::domain::text::{clean_optional, clean_required};
use crate::domain::thing::Stretch;
use crate::domain::waste::{Weight, weight_in, weight_of};
use crate::error::{Error, Result};
use crate::http::App;
use crate::http::read::Params;
use crate::http::session::Actor;
use crate::picture;

/// Whose figures.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// the year; this one when it is not said
    #[param(minimum = 2000, maximum = 2200)]
    year: Option<i32>,
    /// code of a municipality; all when it is not said
    municipality: Option<String>,
    /// name of a group or organisation, as it stands in its cleanups
    #[param(max_length = 80)]
    organiser: Option<String>,
    /// a segment
    segment: Option<Uuid>,
}

impl Whose {
    fn year(&self, app: &App) -> Result<i32> {
        let year = self.year.unwrap_or_else(|| app.live.clock.now().with_timezone(&app.live.time_zone).year());
        short("organiser", self.organiser.as_deref())?;
        if (2000..=2200).contains(&year) { Ok(year) } else { Err(Error::invalid("year", "year must be from 2000 to 2200.")) }
    }

    fn passes(&self, municipality: Option<&str>, organiser: Option<&str>, stretches: &[Stretch]) -> bool {
        self.municipality.as_deref().is_none_or(|code| municipality == Some(code))
            && self.organiser.as_deref().is_none_or(|name| organiser.is_some_and(|o| o.eq_ignore_ascii_case(name)))
            && self.segment.is_none_or(|segment| stretches.iter().any(|s| s.segment == segment))
    }
}

/// Checks the length of a name.
///
/// # Errors
/// `invalid` at the field.
pub fn short(field: &'static str, name: Option<&str>) -> Result<()> {
    clean_optional(field, name, 80).map(drop)
}

fn weight(app: &App, coast: &Coast, cleanup: &Cleanup) -> Weight {
    weight_of(cleanup, piles_of(coast, cleanup).iter().map(|p| &**p), &app.config.waste)
}

/// The kilograms of each work order in a pile.
fn orders_in(pile: &Pile) -> Vec<(Uuid, Weight)> {
    let mut orders: Vec<Uuid> =
        pile.parts.iter().filter_map(|p| if let Origin::Order { id } = p.of { Some(id) } else { None }).collect();
    orders.sort_unstable();
    orders.dedup();
    orders.into_iter().map(|id| (id, weight_in(pile, |of| *of == Origin::Order { id }))).collect()
}

fn numbers_of(app: &App, whose: &Whose) -> Result<Numbers> {
    let (coast, zone, year) = (app.live.coast().clone(), app.live.time_zone, whose.year(app)?);
    let mut sums = Numbers { year, ..Numbers::default() };
    for c in coast.cleanups.all() {
        let local = c.from.with_timezone(&zone);
        let Some(outcome) = c.outcome.as_ref().filter(|_| local.year() == year) else { continue };
        if whose.passes(c.municipality.as_deref(), c.organiser.name.as_deref(), &c.stretches) {
            sums.volunteers.add(local.month(), c.regime, Figures::of_cleanup(c, weight(app, &coast, c)));
            for (code, n) in &outcome.counts {
                *sums.counts.entry(code.clone()).or_default() += n;
            }
        }
    }
    // Bags that somebody filled on their own are no cleanup, but kilograms of volunteers all the same.
    let mut of_orders: HashMap<Uuid, Weight> = HashMap::new();
    for p in coast.piles.all() {
        for (order, weight) in orders_in(p) {
            let sum = of_orders.entry(order).or_default();
            *sum = sum.and(weight);
        }
        let local = p.record.made_at.with_timezone(&zone);
        if local.year() != year || !whose.passes(p.municipality.as_deref(), None, &[]) {
            continue;
        }
        for (origin, side) in [(Origin::Found, &mut sums.volunteers), (Origin::Professional, &mut sums.professionals)] {
            let bags = p.bags_of(&origin);
            if !bags.is_empty() {
                let regime = coast.here(p.at).regime(local.date_naive());
                side.add(local.month(), regime, Figures::of_bags(bags, weight_in(p, |of| *of == origin)));
            }
        }
    }
    for o in coast.orders.all().filter(|o| matches!(o.state, OrderState::Done | OrderState::Approved)) {
        let Some(done) = &o.done else { continue };
        let local = done.at.with_timezone(&zone);
        let crew = o.crew.as_ref().map(|c| c.name.as_str());
        if local.year() == year && whose.passes(o.municipality.as_deref(), crew, &o.stretches) {
            let in_piles = of_orders.get(&o.record.id).copied().unwrap_or_default();
            sums.professionals.add(local.month(), o.regime, Figures::of_order(o, in_piles));
        }
    }
    Ok(sums)
}

/// Figures of a year
///
/// Volunteers and professionals apart, weighed and estimated apart.
#[utoipa::path(tag = "numbers", params(Whose), responses((status = 200, body = Numbers), Refusals))]
#[get("/api/v1/numbers")]
pub async fn numbers(app: web::Data<App>, q: Params<Whose>) -> Result<web::Json<Numbers>> {
    counted(app, q.0).await.map(web::Json)
}

/// Sums over a hundred thousand cleanups take a while; other requests are not to wait for it.
async fn counted(app: web::Data<App>, whose: Whose) -> Result<Numbers> {
    web::block(move || numbers_of(&app, &whose)).await.map_err(Error::internal)?
}

fn attachment(kind: &str, name: &str, body: Vec<u8>) -> HttpResponse {
    let disposition = format!("attachment; filename=\"{name}\"");
    HttpResponse::Ok().content_type(kind).insert_header((CONTENT_DISPOSITION, disposition)).body(body)
}

fn csv_of(rows: Vec<Vec<String>>) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(vec![]);
    for row in rows {
        // A cell that a spreadsheet would take for a formula is text.
        out.write_record(row.iter().map(|cell| crate::export::safe(cell))).map_err(Error::internal)?;
    }
    out.into_inner().map_err(|e| Error::internal(anyhow::anyhow!("{e}")))
}

/// Figures of a year as CSV
#[utoipa::path(tag = "numbers", params(Whose), responses((status = 200, body = String, content_type = "text/csv"), Refusals))]
#[get("/api/v1/numbers.csv")]
pub async fn numbers_csv(app: web::Data<App>, q: Params<Whose>) -> Result<HttpResponse> {
    let of = counted(app, q.0).await?;
    let heads = ["who", "month", "count", "metres", "weighed_kg", "estimated_kg", "bags", "people", "hours"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for (who, side) in [("volunteers", &of.volunteers), ("professionals", &of.professionals)] {
        let of_month = |month: u32| Some((format!("{}-{month:02}", of.year), side.months.get(&month.to_string())?));
        let months = (1..=12).filter_map(of_month);
        for (when, f) in months.chain([(of.year.to_string(), &side.total)]) {
            let kg = |n: f64| format!("{n:.3}");
            let figures = [f.count.to_string(), format!("{:.0}", f.metres), kg(f.weighed_kg), kg(f.estimated_kg)];
            let people = [f.bags.to_string(), f.people.to_string(), format!("{:.1}", f.hours)];
            rows.push([who.to_owned(), when].into_iter().chain(figures).chain(people).collect());
        }
    }
    Ok(attachment("text/csv; charset=utf-8", &format!("strandline-{}.csv", of.year), csv_of(rows)?))
}

/// The year of a report.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OfYear {
    /// the year; this one when it is not said
    #[param(minimum = 2000, maximum = 2200)]
    year: Option<i32>,
}

fn refund_of(app: &App, who: &Actor, year: Option<i32>) -> Result<RefundReport> {
    let municipality = who.0.municipality().map(str::to_owned);
    allow(&who.0, Action::Refund, Subject { own: false, municipality: municipality.as_deref() })?;
    let whose = Whose { year, municipality, organiser: None, segment: None };
    let (coast, year) = (app.live.coast().clone(), whose.year(app)?);
    let own: Vec<_> = coast.cleanups.all().filter(|c| whose.passes(c.municipality.as_deref(), None, &[])).collect();
    let over = own.iter().filter(|c| c.state != CleanupState::Planned);
    let weighed = over.map(|c| (&***c, weight(app, &coast, c))).collect();
    Ok(report(year, weighed, &app.config.refund, app.live.time_zone))
}

/// The refund report of my municipality
#[utoipa::path(tag = "numbers", params(OfYear), responses((status = 200, body = RefundReport), Refusals))]
#[get("/api/v1/refunds")]
pub async fn refunds(app: web::Data<App>, who: Actor, q: Params<OfYear>) -> Result<web::Json<RefundReport>> {
    refund_of(&app, &who, q.0.year).map(web::Json)
}

const HEADS: [&str; 10] =
    ["action_code", "date", "organiser", "people", "weighed_kg", "estimated_kg", "weight_amount", "expenses", "total", "missing"];

/// Hundredths as a decimal number, exactly.
fn money(cents: i64) -> String {
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
}

fn missing_text(line: &crate::domain::refund::RefundLine) -> String {
    line.missing.iter().map(|m| m.text()).collect::<Vec<_>>().join(" ")
}

/// The refund report of my municipality as CSV
#[utoipa::path(tag = "numbers", params(OfYear), responses((status = 200, body = String, content_type = "text/csv"), Refusals))]
#[get("/api/v1/refunds.csv")]
pub async fn refunds_csv(app: web::Data<App>, who: Actor, q: Params<OfYear>) -> Result<HttpResponse> {
    let report = refund_of(&app, &who, q.0.year)?;
    let mut rows = vec![HEADS.map(str::to_owned).to_vec()];
    for l in &report.lines {
        let people = l.people.map_or_else(String::new, |n| n.to_string());
        let name = l.organiser.clone().unwrap_or_default();
        let kg = [format!("{:.3}", l.weighed_kg), format!("{:.3}", l.estimated_kg)];
        let paid = l.paid_cents().map(money);
        let head = [l.code.clone(), l.date.to_string(), name, people];
        rows.push(head.into_iter().chain(kg).chain(paid).chain([missing_text(l)]).collect());
    }
    let sums = [report.weight_cents, report.expense_cents, report.total_cents].map(money);
    let blank = std::iter::repeat_n(String::new(), 5);
    rows.push(["total".to_owned()].into_iter().chain(blank).chain(sums).chain([String::new()]).collect());
    Ok(attachment("text/csv; charset=utf-8", &format!("refund-{}.csv", report.year), csv_of(rows)?))
}

fn sheet(report: &RefundReport) -> std::result::Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let (mut book, bold) = (Workbook::new(), Format::new().set_bold());
    let money = Format::new().set_num_format("#,##0.00");
    let page = book.add_worksheet().set_name(format!("{}", report.year))?;
    for (column, head) in (0_u16..).zip(HEADS) {
        page.write_with_format(0, column, head, &bold)?;
    }
    let mut row = 1;
    for l in &report.lines {
        page.write(row, 0, l.code.as_str())?.write(row, 1, l.date.to_string())?;
        page.write(row, 2, l.organiser.as_deref().unwrap_or_default())?.write(row, 3, l.people.unwrap_or(0))?;
        page.write(row, 4, l.weighed_kg)?.write(row, 5, l.estimated_kg)?;
        for (column, cents) in (6_u16..).zip(l.paid_cents()) {
            page.write_with_format(row, column, cents as f64 / 100.0, &money)?;
        }
        page.write(row, 9, missing_text(l))?;
        row += 1;
    }
    page.write_with_format(row, 0, "total", &bold)?;
    for (column, cents) in (6_u16..).zip([report.weight_cents, report.expense_cents, report.total_cents]) {
        page.write_with_format(row, column, cents as f64 / 100.0, &money)?;
    }
    page.autofit();
    book.save_to_buffer()
}

/// The refund report of my municipality as a spreadsheet
#[utoipa::path(tag = "numbers", params(OfYear), responses((status = 200, body = Vec<u8>,
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Refusals))]
#[get("/api/v1/refunds.xlsx")]
pub async fn refunds_xlsx(app: web::Data<App>, who: Actor, q: Params<OfYear>) -> Result<HttpResponse> {
    let report = refund_of(&app, &who, q.0.year)?;
    let bytes = sheet(&report).map_err(Error::internal)?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(attachment(kind, &format!("refund-{}.xlsx", report.year), bytes))
}

/// Which group.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// what the group calls itself in its cleanups
    #[param(min_length = 1, max_length = 80)]
    name: String,
    /// the year; this one when it is not said
    #[param(minimum = 2000, maximum = 2200)]
    year: Option<i32>,
}

/// What a group did in a year.
#[derive(Serialize, ToSchema)]
pub struct GroupSeason {
    /// The group.
    name: String,
    /// The year.
    year: i32,
    /// Its figures.
    figures: Figures,
    /// The places it cleaned.
    places: Vec<crate::domain::place::LonLat>,
    /// How many thanked it.
    thanks: u32,
    /// The last round number of weighed kilograms it has passed over all years: 100, 250, 500, 1000 …
    milestone_kg: Option<u32>,
}

/// Round numbers of kilograms that are worth a word.
const MILESTONES: [u32; 9] = [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000];

/// The largest milestone that so many weighed kilograms have passed.
pub fn milestone(weighed_kg: f64) -> Option<u32> {
    MILESTONES.iter().rev().find(|kg| f64::from(**kg) <= weighed_kg).copied()
}

fn season_of(app: &App, group: &Group) -> Result<GroupSeason> {
    let name = clean_required("name", &group.name, 80)?;
    let whose = Whose { year: group.year, municipality: None, organiser: Some(name.clone()), segment: None };
    let (coast, zone, year) = (app.live.coast().clone(), app.live.time_zone, whose.year(app)?);
    let own = |c: &Cleanup| c.outcome.is_some() && whose.passes(None, c.organiser.name.as_deref(), &c.stretches);
    let (mut figures, mut all) = (Figures::default(), Figures::default());
    let (mut places, mut thanks) = (vec![], 0);
    for c in coast.cleanups.which(own) {
        let one = Figures::of_cleanup(c, weight(app, &coast, c));
        all = all.and(one);
        if c.from.with_timezone(&zone).year() == year {
            figures = figures.and(one);
            places.extend(c.open.then_some(c.at));
            thanks += c.thanks;
        }
    }
    let milestone_kg = milestone(all.weighed_kg);
    Ok(GroupSeason { name, year, figures, places, thanks, milestone_kg })
}

/// What a group did in a year, as a picture to share
#[utoipa::path(tag = "numbers", params(Group), responses((status = 200, body = Vec<u8>, content_type = "image/png"), Refusals))]
#[get("/api/v1/seasons.png")]
pub async fn season_picture(app: web::Data<App>, req: HttpRequest, q: Params<Group>) -> Result<HttpResponse> {
    let of = season_of(&app, &q.0)?;
    let lang = crate::http::front::language(req.headers());
    let lines = share::season(&of.figures).into_iter().map(|w| w.said(lang)).collect();
    let coast = app.live.coast().clone();
    let draw = move || {
        let map = picture::Map::around(&coast, &of.places, vec![]);
        picture::season(&picture::Season { name: &of.name, year: of.year, lines, map })
    };
    let png = web::block(draw).await.map_err(Error::internal)??;
    Ok(HttpResponse::Ok().content_type("image/png").insert_header((VARY, "accept-language")).body(png))
}

/// What a group did in a year
#[utoipa::path(tag = "numbers", params(Group), responses((status = 200, body = GroupSeason), Refusals))]
#[get("/api/v1/seasons")]
pub async fn season(app: web::Data<App>, q: Params<Group>) -> Result<web::Json<GroupSeason>> {
    season_of(&app, &q.0).map(web::Json)
}
