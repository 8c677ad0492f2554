//! Writes the page and every file to look at them: `cargo run -p bridge-export --example samples -- FOLDER`.

use std::path::Path;

use bridge_export::Format;
use bridge_faces::page::{Addresses, Choices, dashboard};
use calls::language::Language;
use calls::stats::{Filter, Statistics};

#[path = "../../bridge-faces/tests/sample/mod.rs"]
mod sample;

use sample::{Office, another_office, day};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    std::fs::create_dir_all(&folder)?;
    let office = Office::usual();
    let contact = Filter {
        contact: Some(7),
        ..Filter::default()
    };
    let mut offices = office.statistics();
    another_office(&mut offices);
    let samples = [
        ("usual", office.statistics()),
        ("offices", offices),
        (
            "week",
            Office {
                from: day(2026, 6, 8),
                days: 7,
                ..Office::usual()
            }
            .statistics(),
        ),
        (
            "contact",
            Statistics {
                filter: contact,
                contact: Some("Zoë Müller".into()),
                ..Office {
                    calls_a_day: 3,
                    ..office
                }
                .statistics()
            },
        ),
        (
            "empty",
            Office {
                calls_a_day: 0,
                days: 1,
                ..Office::usual()
            }
            .statistics(),
        ),
        ("extreme", extreme().statistics()),
    ];
    for (name, statistics) in &samples {
        for language in [Language::En, Language::Fr, Language::Es, Language::De] {
            write(
                Path::new(&folder),
                &format!("{name}-{}", language.code()),
                language,
                statistics,
            )?;
        }
    }
    Ok(())
}

fn write(
    folder: &Path,
    name: &str,
    language: Language,
    statistics: &Statistics,
) -> Result<(), Box<dyn std::error::Error>> {
    let addresses = Addresses {
        page: "/stats".into(),
        carried: vec![
            ("expires".into(), "1".into()),
            ("signature".into(), "A&B".into()),
        ],
        csv: format!("{name}.csv"),
        xlsx: format!("{name}.xlsx"),
        pdf: format!("{name}.pdf"),
        odoo: Some("https://example.odoo.com".into()),
    };
    let choices = Choices {
        servers: vec![
            ("paris".into(), "Paris".into()),
            ("lyon".into(), "Lyon & environs".into()),
        ],
    };
    let page = dashboard(language, statistics, &addresses, &choices);
    std::fs::write(folder.join(format!("{name}.html")), page)?;
    for format in Format::ALL {
        let file = folder.join(format!("{name}.{}", format.extension()));
        std::fs::write(file, format.write(language, statistics)?)?;
    }
    Ok(())
}

/// A year, two hundred extensions, and names of every kind.
fn extreme() -> Office<'static> {
    const NAMES: &[&str] = &[
        "شركة الاتصالات المتحدة (فرع)",
        "משה כהן ובניו",
        "株式会社日立製作所",
        "🚀 Rocket <script>alert(1)</script>",
        "=HYPERLINK(\"http://example.com\")",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KG, Niederlassung Süd",
        "-2+3",
        "@SUM(A1)",
        "\u{202e}evil",
        "A very long name of a company that nobody would ever write in full on a business card, in any country whatever",
    ];
    Office {
        from: day(2025, 6, 15),
        days: 366,
        calls_a_day: 640,
        extensions: 200,
        names: NAMES,
    }
}
