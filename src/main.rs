//! The command line.

use std::path::PathBuf;

use chrono::Datelike as _;
use clap::{Parser, Subcommand, ValueEnum};
use strandline::act::person::{Secret, found};
use strandline::clock::Clock;
use strandline::config::Config;
use strandline::domain::area::AreaKind;
use strandline::domain::person::Role;
use strandline::startup::{Service, open_store};
use strandline::{demo, http, import, telemetry};

/// Reports in groups and answers of many kilobytes come and go all the time, on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A municipality, the people who love a beach and the crews who fetch the bags, looking after one coast.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// A file of settings; `config.example.toml` explains them.
    #[arg(long, env = "STRANDLINE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service.
    Serve,
    /// Import from a GeoJSON file: all of it, or nothing when something is wrong.
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// Make a one-time link into an organisation, which is made when it is not there.
    Invite {
        /// Its name.
        organisation: String,
        /// The code of the municipality it acts for.
        #[arg(long)]
        municipality: Option<String>,
        /// As what one enters.
        #[arg(long, value_enum, default_value = "admin")]
        role: InvitedRole,
    },
    /// Fill an empty database with the demonstration coast around Arendal.
    Demo {
        /// The folder with the clips.
        #[arg(long, default_value = "fixtures")]
        fixtures: PathBuf,
    },
    /// Write the description of the API to standard output.
    Openapi,
}

#[derive(Subcommand)]
enum Import {
    /// A shoreline: lines, or polygons of land.
    Coast {
        /// The file.
        file: PathBuf,
        /// The length of a segment in metres.
        #[arg(long, default_value_t = 200.0)]
        segment_m: f64,
    },
    /// Municipalities, with `code`, `name`, `country`, `default_regime`.
    Municipalities {
        /// The file.
        file: PathBuf,
    },
    /// Service areas, with `code`, `name`.
    ServiceAreas {
        /// The file.
        file: PathBuf,
    },
    /// Zones, with `name`, `regime`, `municipality`.
    Zones {
        /// The file.
        file: PathBuf,
    },
    /// Closures, with `name`, `seasons`, `sea_buffer_m`, `source_url`.
    Closures {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum InvitedRole {
    Admin,
    Staff,
    Crew,
    Hauler,
}

impl From<InvitedRole> for Role {
    fn from(role: InvitedRole) -> Self {
        match role {
            InvitedRole::Admin => Self::Admin,
            InvitedRole::Staff => Self::Staff,
            InvitedRole::Crew => Self::Crew,
            InvitedRole::Hauler => Self::Hauler,
        }
    }
}

fn main() {
    if let Err(e) = run(Cli::parse()) {
        eprintln!("strandline: {e:#}");
        std::process::exit(1);
    }
}

#[actix_web::main]
async fn run(cli: Cli) -> anyhow::Result<()> {
    if matches!(cli.command, Command::Openapi) {
        println!("{}", serde_json::to_string_pretty(&http::openapi())?);
        return Ok(());
    }
    let mut config = Config::load(cli.config.as_deref())?;
    telemetry::log(&config.log)?;
    let clock = Clock::default();
    if config.demo {
        demo::rate_this_year(&mut config.refund, clock.now().with_timezone(&config.coast.time_zone).year());
    }
    match cli.command {
        Command::Serve => {
            let url = config.server.public_url.clone();
            let service = Service::start(config, clock, Some(telemetry::metrics()?)).await?;
            println!("Strandline is at {url} (port {})", service.port);
            service.run_until_told().await
        }
        Command::Import { what } => {
            let store = open_store(&config).await?;
            imported(&store, &clock, what).await?;
            store.close().await;
            Ok(())
        }
        Command::Invite { organisation, municipality, role } => {
            let store = open_store(&config).await?;
            let (secret, mut tx) = (Secret::new(), store.write(&clock).await?);
            found(&mut tx, &organisation, municipality.as_deref(), role.into(), &secret).await?;
            tx.commit(&store).await?;
            println!("{}/enter/{}", config.server.public_url, secret.text());
            store.close().await;
            Ok(())
        }
        Command::Demo { fixtures } => demo::fill(&config, &clock, &fixtures).await,
        Command::Openapi => Ok(()),
    }
}

async fn imported(store: &strandline::store::Store, clock: &Clock, what: Import) -> anyhow::Result<()> {
    let count = match what {
        Import::Coast { file, segment_m } => {
            let c = import::coast(store, clock, &file, segment_m).await?;
            println!("{} kept, {} moved, {} new, {} retired", c.kept, c.moved, c.new, c.retired);
            return Ok(());
        }
        Import::Municipalities { file } => import::areas(store, clock, &file, AreaKind::Municipality).await?,
        Import::ServiceAreas { file } => import::areas(store, clock, &file, AreaKind::ServiceArea).await?,
        Import::Zones { file } => import::zones(store, clock, &file).await?,
        Import::Closures { file } => import::closures(store, clock, &file).await?,
    };
    println!("{} imported, {} as they were", count.written, count.same);
    Ok(())
}
