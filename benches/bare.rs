//! What the machine can do: a bare server that answers a fixed text, for `scripts/bench` to measure beside the service.
//!
//!     cargo bench --bench bare -- PORT

use actix_web::{App, HttpResponse, HttpServer, web};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let Some(port) = std::env::args().skip(1).find_map(|a| a.parse::<u16>().ok()) else {
        eprintln!("bench bare: name a port (make bench does)");
        return Ok(());
    };
    let answer = || async { HttpResponse::Ok().content_type("application/json").body("x".repeat(200)) };
    HttpServer::new(move || App::new().default_service(web::to(answer))).bind(("127.0.0.1", port))?.run().await
}
