//! What the machine can do: a bare server that answers everything with so many fixed bytes, for `scripts/bench` to measure beside
//! the service.
//!
//!     cargo bench --bench bare -- PORT BYTES

use actix_web::{App, HttpResponse, HttpServer, web};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let [port, bytes] = numbers[..] else {
        eprintln!("bench bare: name a port and how many bytes (make bench does)");
        return Ok(());
    };
    // Copied for each answer, as the service copies what it has.
    let answer = move || async move { HttpResponse::Ok().content_type("application/json").body("x".repeat(bytes)) };
    let server = HttpServer::new(move || App::new().default_service(web::to(answer))).tcp_nodelay(true);
    server.bind(format!("127.0.0.1:{port}"))?.run().await
}
