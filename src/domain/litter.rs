//! What people may count: items of the joint list, and nothing else.
//!
//! Codes are those of the Joint List of Litter Categories for Marine Macrolitter Monitoring (Fleet, Vlachogianni and Hanke 2021,
//! JRC121708, doi 10.2760/127473), with the codes of the OSPAR beach list beside them where there is one. The table holds the items
//! that are found on northern beaches, not all of the list; names in four languages are our own. Only its lowest level is here:
//! a count at a level between says less and is added up wrongly.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::Words;
use crate::error::{Error, Result};

/// An item people may count.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LitterItem {
    /// Code of the joint list, `J8`.
    pub code: String,
    /// Number in the OSPAR beach list.
    pub ospar: Option<u32>,
    /// What it is made of.
    pub material: String,
    /// What it is called.
    pub name: Words,
}

/// The items, in the order of their codes.
pub static ITEMS: LazyLock<Vec<LitterItem>> =
    LazyLock::new(|| serde_json::from_str(include_str!("joint_list.json")).unwrap_or_default());

/// The most of one item in one cleanup.
const MOST: u32 = 1_000_000;

/// Counts by code, without those of nothing.
///
/// # Errors
/// `invalid` at `counts`, with the code that is none.
pub fn checked_counts(counts: &BTreeMap<String, u32>) -> Result<BTreeMap<String, u32>> {
    for (code, count) in counts {
        if !ITEMS.iter().any(|i| i.code == *code) {
            return Err(Error::invalid(format!("counts.{code}"), "There is no such item in the list."));
        }
        if *count > MOST {
            return Err(Error::invalid(format!("counts.{code}"), format!("At most {MOST}.")));
        }
    }
    Ok(counts.iter().filter(|(_, n)| **n > 0).map(|(code, n)| (code.clone(), *n)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_each_code_is_there_once() {
        assert!(ITEMS.len() > 40);
        for item in ITEMS.iter() {
            assert_eq!(ITEMS.iter().filter(|i| i.code == item.code).count(), 1, "{}", item.code);
            assert!([&item.name.nb, &item.name.nn, &item.name.da, &item.name.en].iter().all(|n| !n.is_empty()));
        }
    }

    #[test]
    fn what_is_not_in_the_list_is_named() {
        let counts = |code: &str| BTreeMap::from([(code.to_owned(), 3), ("J8".to_owned(), 0)]);
        assert_eq!(checked_counts(&counts("J7")).unwrap(), BTreeMap::from([("J7".to_owned(), 3)]));
        assert_eq!(checked_counts(&counts("pl_nn")).unwrap_err().field.as_deref(), Some("counts.pl_nn"));
    }
}
