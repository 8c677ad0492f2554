//! One table of what everything costs. With `-- push import` behind the command it measures only what has one of the words in its name.

mod bridge;
mod campaign;
mod load;
mod office;
mod phone;
mod player;
mod recordings;
mod support;
mod waits;
mod webhook;

use bench::Card;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo test --benches` asks every benchmark to run once in test mode: there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let words = std::env::args().skip(1);
    let mut card = Card::of(words.filter(|word| !word.starts_with("--")));
    // What cannot be measured costs its own rows at most.
    let ended = [
        ("the bridge", bridge::measure(&mut card).await),
        ("the office", office::measure(&mut card).await),
        ("phones", phone::measure(&mut card).await),
        ("campaigns", campaign::measure(&mut card).await),
        ("the webhook", webhook::measure(&mut card).await),
        ("recordings", recordings::measure(&mut card).await),
    ];
    println!("{card}");
    let mut failed = Vec::new();
    for (room, ended) in ended {
        if let Err(error) = ended {
            failed.push(format!("{room}: {error:?}"));
        }
    }
    anyhow::ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}
