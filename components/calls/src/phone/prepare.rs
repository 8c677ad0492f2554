//! The numbering plans, read ahead of time.

use rlibphonenumber::{
    PHONE_NUMBER_UTIL, PhoneNumberType, Region, get_national_significant_number_owned,
};

use super::{Country, End, Number, Numbering, read};

/// Reads the numbering plans, and compiles the patterns of the countries where most UCMs stand.
///
/// A component's build runs this once and keeps the memory that it leaves (`components/preinit`), because every request starts a fresh instance:
/// there, reading the plans would take milliseconds, and each country's patterns as much again. Without it everything works the same, only
/// slower.
pub fn prepare() {
    for country in COMMON {
        use_patterns(Country(country));
    }
    if cfg!(target_family = "wasm") {
        settle_heap();
    }
}

/// Leaves the heap with all of its room at its end, where memory has one end only.
///
/// Reading the plans leaves holes all over it. An instance would put its first values into them, one here and one there, and its host would
/// have to copy a page of the prepared memory for each: 43 in a request that reads no number. The holes are cleared and given away; what
/// an instance needs comes from fresh memory that lies together, and it is 7.
fn settle_heap() {
    let room = Vec::<u8>::with_capacity(ROOM_BYTES);
    let end = room.as_ptr().addr();
    drop(room);
    let mut bytes = LARGEST_HOLE_BYTES;
    while bytes >= SMALLEST_HOLE_BYTES {
        let block = vec![0_u8; bytes];
        if block.as_ptr().addr() < end {
            block.leak();
        } else {
            bytes -= SMALLEST_HOLE_BYTES.max(bytes / 16);
        }
    }
}

/// Reads and writes numbers of the plan in every way that the bridge does.
fn use_patterns(country: Country) {
    let numbering = Numbering {
        country,
        extensions: &[],
    };
    // No number at all is held against every kind of number.
    _ = read(NO_NUMBER, End::Outside, &numbering);
    for kind in [PhoneNumberType::FixedLine, PhoneNumberType::Mobile] {
        let example = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(country.0, kind);
        let number = example.ok().and_then(|example| {
            Number::national(&get_national_significant_number_owned(&example), country)
        });
        if let Some(number) = number {
            _ = (
                Number::international(&number.to_string()[1..]),
                number.variants(),
                number.masked(),
            );
        }
    }
}

/// As long as most numbers, and valid in none of the countries.
const NO_NUMBER: &str = "0199999990";

/// What an instance needs for one request, at least: with less it would have to grow its memory.
const ROOM_BYTES: usize = 1024 * 1024;
/// Larger holes are left as they are: few values find their way there.
const LARGEST_HOLE_BYTES: usize = 256 * 1024;
/// The allocator hands out nothing smaller.
const SMALLEST_HOLE_BYTES: usize = 8;

/// Each adds to the module, of which an instance loads only what it touches.
const COMMON: [Region; 6] = [
    Region::FR,
    Region::ES,
    Region::DE,
    Region::GB,
    Region::US,
    Region::IT,
];
