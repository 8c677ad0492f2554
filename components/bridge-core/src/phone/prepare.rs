//! The numbering plans, read ahead of time.

use phonenumber::metadata::DATABASE;
use phonenumber::{Metadata, country};

use super::Number;

/// Reads the numbering plans, and compiles the patterns of the countries where most UCMs stand.
///
/// A component's build runs this once and keeps the memory that it leaves (`tools/preinit`), because every request starts a fresh instance:
/// there, reading the plans would take some 60 ms, and each country's patterns 5 ms more. Without it everything works the same, only slower.
pub fn prepare() {
    if let Ok(mut patterns) = DATABASE.cache().lock() {
        patterns.set_capacity(MOST_PATTERNS);
    }
    for country in COMMON {
        if let Some(plan) = DATABASE.by_id(country.as_ref()) {
            use_patterns(plan, country);
        }
    }
}

/// Reads and writes numbers of the plan in every way that the bridge does.
fn use_patterns(plan: &Metadata, country: country::Id) {
    let kinds = [plan.descriptors().fixed_line(), plan.descriptors().mobile()];
    for example in kinds
        .into_iter()
        .flatten()
        .filter_map(|kind| kind.example())
    {
        if let Some(number) = Number::national(example, country) {
            _ = (
                Number::international(&number.to_string()[1..]),
                number.variants(),
                number.masked(),
            );
        }
    }
}

/// More than a busy page needs: phonenumber keeps 100, which calls of three countries exceed, and compiles a forgotten one again in a
/// tenth of a millisecond or more.
const MOST_PATTERNS: usize = 4_096;

/// Each adds 1 MB to the module (0.2 MB compressed), of which an instance loads only what it touches.
const COMMON: [country::Id; 6] = [
    country::FR,
    country::ES,
    country::DE,
    country::GB,
    country::US,
    country::IT,
];
