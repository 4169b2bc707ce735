//! What ARCHITECTURE.md promises, where a test can keep it.

use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(path.to_str().unwrap()));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

#[test]
fn the_domain_the_coast_and_the_routes_know_neither_sqlx_nor_actix() {
    for (path, text) in [sources("src/domain"), sources("src/coast"), sources("src/routing")].concat() {
        for word in ["sqlx", "actix"] {
            assert!(!text.contains(word), "{} speaks of {word}", path.display());
        }
    }
}

#[test]
fn only_the_store_contains_sql() {
    for (path, text) in sources("src") {
        if path.starts_with("src/store") {
            continue;
        }
        for word in ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE FROM"] {
            assert!(!text.contains(word), "{} contains SQL", path.display());
        }
    }
}

#[test]
fn every_path_that_the_documents_name_is_there() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "fixtures/README.md"] {
        let text = std::fs::read_to_string(document).unwrap();
        let names = text.split(['`', ' ', '(', ')', ',', '\n']).map(|w| w.trim_end_matches(['.', ':', ';']));
        let paths =
            names.filter(|w| ["src/", "web/src/", "tests/", "scripts/", "docs/", "fixtures/"].iter().any(|p| w.starts_with(p)));
        for path in paths {
            assert!(Path::new(path).exists(), "{document} names {path}, which is not there");
        }
    }
}
