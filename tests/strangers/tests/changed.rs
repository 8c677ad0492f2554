//! A short run without the fuzzer: what devices have really sent, what was found once, and both with some of it changed.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::fs;
use std::path::{Path, PathBuf};

use strangers::{TARGETS, Target};

/// How often the bytes of each target are changed.
const CHANGES: usize = 2_000;

#[test]
fn whatever_is_changed_in_what_is_usually_sent_every_reader_goes_on() {
    let seed = std::env::var("UCM_ODOO_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("UCM_ODOO_SEED={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    for target in TARGETS {
        let known = known(target);
        for bytes in &known {
            (target.read)(bytes);
        }
        for _ in 0..CHANGES {
            let mut bytes = chance.choice(&known).unwrap().clone();
            for _ in 0..chance.usize(1..4) {
                change(&mut bytes, chance.choice(&known).unwrap(), &mut chance);
            }
            // What is found is told by its bytes, to be kept as `found/<target>/…`.
            let caught = std::panic::catch_unwind(|| (target.read)(&bytes));
            let told = String::from_utf8_lossy(&bytes);
            assert!(caught.is_ok(), "{} fails with {told:?}", target.name);
        }
    }
}

/// What it is usually sent, what devices have sent, and what was found.
fn known(target: &Target) -> Vec<Vec<u8>> {
    let usual = target.usual.iter().map(|text| text.as_bytes().to_vec());
    let mut folders = vec![Path::new("found").join(target.name)];
    match target.name {
        "pushed" => folders.push(Path::new(SENT).join("pushes")),
        "records" => folders.push(Path::new(SENT).join("captured")),
        _ => {}
    }
    let files = folders.iter().flat_map(|folder| files(folder));
    usual.chain(files).collect()
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let small = |file: &PathBuf| Some(fs::read(file).unwrap()).filter(|it| it.len() < 20_000);
    files.iter().filter_map(small).collect()
}

/// One change of the kinds that lines, relays and devices make.
fn change(bytes: &mut Vec<u8>, other: &[u8], chance: &mut fastrand::Rng) {
    let at = chance.usize(0..=bytes.len());
    let until = (at + chance.usize(0..9)).min(bytes.len());
    match chance.u8(0..6) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..until)),
        2 => bytes.insert(at, chance.u8(..)),
        3 => {
            let copy = bytes[at..until].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => {
            let from = chance.usize(0..=other.len());
            let to = (from + chance.usize(0..40)).min(other.len());
            bytes.splice(at..until, other[from..to].iter().copied());
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << chance.u8(0..8);
            }
        }
    }
}

/// What devices have sent.
const SENT: &str = "../../components/ucm-client/testdata";
