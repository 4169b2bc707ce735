//! Databases of before: what lay in them is there after the migrations, in its new place.

use std::path::Path;

use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use strandline::store::Store;
use uuid::Uuid;

use crate::helpers::{Engine, fresh_postgres};

/// A database as it was after the first migrations, with rows in it.
async fn as_it_was(engine: Engine, url: &str, last: u32, rows: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let from = if engine == Engine::Sqlite { "migrations/sqlite" } else { "migrations/postgres" };
    for file in std::fs::read_dir(from).unwrap().map(|f| f.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        if name[..4].parse::<u32>().unwrap() <= last {
            std::fs::copy(&file, folder.path().join(name)).unwrap();
        }
    }
    let first = Migrator::new(folder.path()).await.unwrap();
    let rows = rows.join(";\n");
    match engine {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
            first.run(&mut connection).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            first.run(&mut connection).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

/// The first column of an answer, as text.
async fn answer(engine: Engine, url: &str, sql: &'static str) -> Vec<String> {
    match engine {
        Engine::Sqlite => sqlx::query_scalar(sql).fetch_all(&mut SqliteConnection::connect(url).await.unwrap()).await.unwrap(),
        Engine::Postgres => sqlx::query_scalar(sql).fetch_all(&mut PgConnection::connect(url).await.unwrap()).await.unwrap(),
    }
}

async fn tickets_of_a_lottery_become_rows(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let url = match engine {
        Engine::Sqlite => format!("sqlite:{}", Path::new(folder.path()).join("old.db").display()),
        Engine::Postgres => fresh_postgres().await,
    };
    let [lottery, pile, person] = [1, 2, 3].map(|n| Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 | n));
    let id = |id: Uuid| match engine {
        Engine::Sqlite => format!("x'{}'", id.simple()),
        Engine::Postgres => format!("'{id}'::uuid"),
    };
    let bytes = match engine {
        Engine::Sqlite => "x'00'",
        Engine::Postgres => r"'\x00'::bytea",
    };
    let document = json!({"name": "Kystlotteriet", "tickets": [
        {"number": "A34679C-1", "child": false, "of": pile}, {"number": "A34679C-2", "child": true, "of": pile}]});
    let thing = |of: Uuid, layer: &str, data: &Value| {
        format!(
            "INSERT INTO thing (id, layer, maker_id, sent_hash, version, data) VALUES ({}, '{layer}', {}, {bytes}, 1, '{data}')",
            id(of),
            id(person)
        )
    };
    let rows = [
        format!("INSERT INTO person (id, role, created_at) VALUES ({}, 'volunteer', 0)", id(person)),
        thing(pile, "pile", &json!({})),
        thing(lottery, "lottery", &document),
    ];
    as_it_was(engine, &url, 4, &rows).await;
    Store::open(&url, 2).await.unwrap();
    let number = "SELECT number || CASE WHEN child THEN ' of a child' ELSE '' END FROM ticket ORDER BY number";
    assert_eq!(answer(engine, &url, number).await, ["A34679C-1", "A34679C-2 of a child"]);
    let data = answer(engine, &url, "SELECT data FROM thing WHERE layer = 'lottery'").await;
    assert_eq!(data[0].parse::<Value>().unwrap(), json!({"name": "Kystlotteriet", "registered": 2}));
}

#[tokio::test]
async fn tickets_of_a_lottery_become_rows_on_sqlite() {
    tickets_of_a_lottery_become_rows(Engine::Sqlite).await;
}

#[tokio::test]
async fn tickets_of_a_lottery_become_rows_on_postgres() {
    tickets_of_a_lottery_become_rows(Engine::Postgres).await;
}
