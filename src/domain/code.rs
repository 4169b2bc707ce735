//! Action codes: what people type at a gate, read out on the phone, or scan from a bag.
//!
//! Six characters and a check character out of 22 that are not mistaken for one another. The check is a weighted sum modulo
//! 23, a prime, and so finds every single wrong character and every swap of two, as in ISBN-10 (ISO 2108).

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Without 0 O Q D, 1 I L, 2 Z, 5 S, 8 B, U.
const LETTERS: &[u8; 22] = b"34679ACEFGHJKMNPRTVWXY";
const MODULUS: usize = 23;
/// Characters before the check.
const BODY: usize = 6;

/// The code of a thing: made from its id, another for each attempt, should one be taken.
#[must_use]
pub fn code_of(id: Uuid, attempt: u32) -> String {
    let tries = (attempt * 1_000..).filter_map(|n| {
        let digest = Sha256::digest([id.as_bytes().as_slice(), &n.to_be_bytes()].concat());
        let body: Vec<usize> = digest.iter().take(BODY).map(|b| usize::from(*b) % LETTERS.len()).collect();
        let check = Some(check(&body)).filter(|c| *c < LETTERS.len())?; // one in 23 has no letter
        Some(body.into_iter().chain([check]).map(|i| char::from(LETTERS[i])).collect::<String>())
    });
    tries.take(1).collect()
}

fn check(body: &[usize]) -> usize {
    body.iter().zip(2..).map(|(letter, weight)| letter * weight).sum::<usize>() % MODULUS
}

/// Reads what somebody typed: any case, with spaces and hyphens. Nothing when it is no code: then at least one character is
/// wrong.
#[must_use]
pub fn read(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let numbers: Option<Vec<usize>> = code.bytes().map(|b| LETTERS.iter().position(|l| *l == b)).collect();
    let numbers = numbers.filter(|n| n.len() == BODY + 1)?;
    (check(&numbers[..BODY]) == numbers[BODY]).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_wrong_character_or_two_swapped_are_found(id: u128, attempt in 0..3_u32, at in 0..BODY + 1, other in 0..22_usize) {
            let code = code_of(Uuid::from_u128(id), attempt);
            let (shouted, spaced) = (code.to_lowercase(), format!(" {}-{} ", &code[..3], &code[3..]));
            prop_assert_eq!(read(&shouted), Some(code.clone()));
            prop_assert_eq!(read(&spaced), Some(code.clone()));
            let mut wrong = code.clone().into_bytes();
            wrong[at] = LETTERS[other];
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(wrong == code || read(&wrong).is_none());
            let mut swapped = code.clone().into_bytes();
            swapped.swap(at, (at + 1) % (BODY + 1));
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert!(swapped == code || read(&swapped).is_none(), "{code} {swapped}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in ["", "AAA", "0000000", "A34679", "A34679AA"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
