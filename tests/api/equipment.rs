//! Equipment points: stock follows from what people say.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{OPEN, Person, plan};

async fn place(staff: &Person, (lon, lat): (f64, f64), bags: u32, hours: Option<&str>) -> Value {
    let stock = json!([{"item": "bags", "count": bags, "enough": 40}, {"item": "scale", "count": 1, "enough": 1}]);
    let new = json!({"id": Uuid::now_v7(), "lon": lon, "lat": lat, "name": "Boksen", "hours": hours, "stock": stock});
    staff.post("/api/v1/equipment", new).await.expect(StatusCode::CREATED)
}

fn change(how: &str, count: u32) -> Value {
    json!({"id": Uuid::now_v7(), "how": how, "items": [{"item": "bags", "count": count}]})
}

both! {
    async fn stock_follows_from_drops_takes_and_what_people_see(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let point = place(&staff, OPEN, 40, None).await;
        let take = change("take", 32);
        for _ in 0..3 {
            ola.act(&point, "equipment", "stock-changes", take.clone()).await.expect(StatusCode::OK);
        }
        let shown = ola.see(&point, "equipment").await;
        assert_eq!((&shown["level"], &shown["point"]["stock"][0]["count"]), (&json!("low"), &json!(8)));
        ola.act(&point, "equipment", "stock-changes", change("sighting", 0)).await.expect(StatusCode::OK);
        assert_eq!(ola.see(&point, "equipment").await["level"], "empty");
        assert_eq!(staff.told().await, ["point_empty"]);
        // A repetition of what was sent before, with others in between, is known by its id.
        ola.act(&point, "equipment", "stock-changes", take).await.expect(StatusCode::OK);
        assert_eq!(ola.see(&point, "equipment").await["point"]["stock"][0]["count"], 0);
        ola.act(&point, "equipment", "stock-changes", change("drop", 40)).await.expect(StatusCode::OK);
        assert_eq!(ola.see(&point, "equipment").await["level"], "plenty");
        let code = app.anonymous().get(&format!("/api/v1/codes/{}", point["code"].as_str().unwrap())).await.json();
        assert_eq!(code["layer"], "equipment");
        let none = json!({"id": Uuid::now_v7(), "how": "take", "items": []});
        assert_eq!(ola.act(&point, "equipment", "stock-changes", none).await.refused(422, "invalid")["field"], "items");
    }

    async fn the_nearest_point_has_what_one_needs_and_is_open_that_day(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let (near, far) = (place(&staff, OPEN, 2, None).await, place(&staff, (8.71, 58.4), 30, Some("Mo-Fr 09:00-15:00")).await);
        let ask = |rest: &str| format!("/api/v1/equipment/nearest?lon={}&lat={}{rest}", OPEN.0, OPEN.1);
        assert_eq!(ola.get(&ask("")).await.json()[0]["point"]["id"], near["id"]);
        assert_eq!(ola.get(&ask("&items=bags,scale&count=1")).await.json().as_array().unwrap().len(), 2);
        let found = ola.get(&ask("&items=bags&count=10&on=2026-06-12")).await.json();
        assert_eq!((&found[0]["point"]["id"], &found[0]["open"]), (&far["id"], &json!(true)));
        assert_eq!(ola.get(&ask("&items=bags&count=10&on=2026-06-13")).await.json(), json!([])); // a Saturday
        assert_eq!(ola.get(&ask("&items=bagg")).await.refused(422, "invalid")["field"], "items");
        staff.act(&near, "equipment", "removals", json!({})).await.expect(StatusCode::OK);
        assert_eq!(ola.get(&ask("")).await.json()[0]["point"]["id"], far["id"]);
    }

    async fn drops_are_planned_from_stock_and_coming_cleanups(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let point = place(&staff, OPEN, 20, None).await;
        assert_eq!(staff.get("/api/v1/planned-drops").await.json(), json!([]));
        let cleanup = ola.plan(plan(OPEN)).await;
        let many = json!({"id": Uuid::now_v7(), "people": 15});
        ola.act(&cleanup, "cleanups", "participants", many).await.expect(StatusCode::OK);
        let drops = staff.get("/api/v1/planned-drops").await.json();
        assert_eq!((&drops[0]["point"]["id"], &drops[0]["bring"]), (&point["id"], &json!([{"item": "bags", "count": 50}])));
        assert_eq!((&drops[0]["cleanups"], &drops[0]["by"]), (&json!(1), &cleanup["from"]));
    }

    async fn what_is_lent_is_missing_until_it_comes_back(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let point = place(&staff, OPEN, 20, None).await;
        let loan = |name: &str| json!({"id": Uuid::now_v7(), "item": "scale", "count": 1, "name": name, "until": "2026-06-14"});
        let own = loan("4B");
        for _ in 0..2 {
            let lent = ola.act(&point, "equipment", "loans", own.clone()).await.expect(StatusCode::OK);
            assert_eq!((&lent["stock"][1]["count"], &lent["loans"][0]["until"]), (&json!(0), &json!("2026-06-14")));
        }
        // To whom is for those who look after the box.
        assert_eq!(ola.see(&point, "equipment").await["point"]["loans"][0]["name"], "");
        assert_eq!(staff.see(&point, "equipment").await["point"]["loans"][0]["name"], "4B");
        ola.get("/api/v1/planned-drops").await.refused(403, "forbidden");
        assert_eq!(ola.act(&point, "equipment", "loans", loan("5A")).await.refused(422, "invalid")["count"], 0);
        for _ in 0..2 {
            let back = ola.act(&point, "equipment", "returns", json!({"loan": own["id"]})).await.expect(StatusCode::OK);
            assert_eq!(back["stock"][1]["count"], 1);
        }
        ola.act(&point, "equipment", "returns", json!({"loan": Uuid::now_v7()})).await.refused(422, "invalid");
    }

    async fn points_and_sites_are_described_anew(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let point = place(&staff, OPEN, 30, None).await;
        let facts = json!({"name": "Boksen ved brua", "host": "Kiosken", "hours": "Mo-Fr 09:00-15:00",
            "enough": [{"item": "bags", "count": 60}, {"item": "gloves", "count": 10}]});
        ola.act(&point, "equipment", "descriptions", facts.clone()).await.refused(403, "forbidden");
        let versions: Vec<Value> = [
            staff.act(&point, "equipment", "descriptions", facts.clone()).await.expect(StatusCode::OK),
            staff.act(&point, "equipment", "descriptions", facts.clone()).await.expect(StatusCode::OK), // nothing more to say
        ].iter().map(|p| p["version"].clone()).collect();
        assert_eq!(versions, [2, 2]);
        let shown = ola.see(&point, "equipment").await["point"].clone();
        assert_eq!((&shown["name"], &shown["host"], &shown["hours"]), (&facts["name"], &facts["host"], &facts["hours"]));
        let stock = json!([{"item": "bags", "count": 30, "enough": 60}, {"item": "gloves", "count": 0, "enough": 10},
            {"item": "scale", "count": 1, "enough": 0}]);
        assert_eq!(shown["stock"], stock);
        let wrong = |field: &str, value: Value| { let mut f = facts.clone(); f[field] = value; f };
        for (field, value) in [("name", json!(" ")), ("hours", json!("nine to five")), ("enough", json!([{"item": "bags", "count": 1}, {"item": "bags", "count": 2}]))] {
            assert_eq!(staff.act(&point, "equipment", "descriptions", wrong(field, value)).await.refused(422, "invalid")["field"], field);
        }
        assert_eq!(ola.see(&point, "equipment").await["point"], shown);
        // What is not wanted any more is still there until it is counted as gone.
        let mut fewer = facts.clone();
        fewer["enough"] = json!([{"item": "gloves", "count": 10}]);
        let stock = staff.act(&point, "equipment", "descriptions", fewer).await.expect(StatusCode::OK)["stock"].clone();
        assert_eq!(stock, json!([{"item": "gloves", "count": 0, "enough": 10}, {"item": "bags", "count": 30, "enough": 0}, {"item": "scale", "count": 1, "enough": 0}]));

        let site = json!({"id": Uuid::now_v7(), "lon": OPEN.0, "lat": OPEN.1, "name": "Stasjonen", "takes": ["litter"]});
        let site = staff.post("/api/v1/sites", site).await.expect(StatusCode::CREATED);
        let facts = json!({"name": "Gjenvinningsstasjonen", "hours": "Mo-Fr 08:00-16:00", "takes": ["bulky", "litter", "litter"], "phone": "37 00 00 00"});
        ola.act(&site, "sites", "descriptions", facts.clone()).await.refused(403, "forbidden");
        staff.act(&site, "sites", "descriptions", facts.clone()).await.expect(StatusCode::OK);
        let sites = ola.get("/api/v1/sites").await.json();
        let shown = &sites["features"][0]["properties"];
        assert_eq!((&shown["name"], &shown["hours"], &shown["phone"]), (&facts["name"], &facts["hours"], &facts["phone"]));
        assert_eq!(shown["takes"], json!(["litter", "bulky"]));
        staff.act(&json!({"id": Uuid::now_v7()}), "sites", "descriptions", facts).await.refused(404, "not_found");
    }
}
