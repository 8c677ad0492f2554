//! The player in a real browser: it plays, jumps, finishes, and says why where there is nothing to hear.
//!
//! Where no Chromium and no chromedriver are installed, the tests say so and pass. With `SHOTS` naming a folder they leave pictures there.

use std::time::Duration;

use anyhow::Context;
use chrono_clock::{DateTime, TimeDelta, Utc};
use host::App;
use peers::ucm::{Call, RecordingForm, Recordings, Scenario};
use serde_json::json;
use system::{Journal, Rig, Site, french_ucm};

mod browser;

use browser::Browser;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap_or_default()
}

/// A browser, where there is one.
fn browser(test: &str) -> anyhow::Result<Option<Browser>> {
    match browser::installed() {
        Some((browser, driver)) => Browser::open(&browser, &driver).map(Some),
        None => {
            println!("SKIPPED {test}: neither chromium nor chromedriver is installed");
            Ok(None)
        }
    }
}

/// An office with one recorded call of a minute, and the path of its player.
async fn recorded(settings: serde_json::Value) -> anyhow::Result<(Rig, String)> {
    let ucm = french_ucm(now())
        .calls([Call::new(Scenario::Answered, now() - TimeDelta::minutes(30)).talking(60)])
        .start()
        .await?;
    let rig = Rig::around(Journal::simulated(19).await?, now())
        .site(Site::new("paris", ucm).with(settings))
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret", SECRET)
        .start()
        .await?;
    rig.run_to_completion(3).await?;
    let rows = rig
        .journal
        .call(
            "x_ucm_call",
            "search_read",
            json!([[["x_recording_url", "!=", false]], ["x_recording_url"]]),
            json!({}),
        )
        .await?;
    let url = rows[0]["x_recording_url"].as_str().context("a link")?;
    let path = url
        .strip_prefix("https://bridge.example.com")
        .context("its address")?;
    Ok((rig, path.to_owned()))
}

async fn listening(rig: &Rig) -> anyhow::Result<App> {
    Ok(rig.app().listen(([127, 0, 0, 1], 0)).start().await?)
}

/// The element that plays.
const AUDIO: &str = "document.getElementById('audio')";

#[tokio::test(flavor = "multi_thread")]
async fn it_plays_jumps_and_finishes() -> anyhow::Result<()> {
    let Some(browser) = browser("it_plays_jumps_and_finishes")? else {
        return Ok(());
    };
    let (rig, path) = recorded(json!({})).await?;
    let app = listening(&rig).await?;
    let url = format!("{}{path}", app.url());
    tokio::task::block_in_place(|| {
        browser.speak("en")?;
        browser.go(&url)?;
        browser.until(&format!(
            "{AUDIO}.readyState >= 1 && Math.round({AUDIO}.duration) >= 55"
        ))?;
        browser.shoot("player")?;
        browser.eval(&format!("void {AUDIO}.play()"))?;
        browser.until(&format!("{AUDIO}.currentTime > 0.3"))?;
        browser.click("[data-skip='10']")?;
        browser.until(&format!("{AUDIO}.currentTime > 10.3"))?;
        browser.click("[data-skip='-10']")?;
        browser.until(&format!("{AUDIO}.currentTime < 10"))?;
        browser.click("#speed option:last-child")?;
        anyhow::ensure!(browser.eval(&format!("{AUDIO}.playbackRate"))? == 2);
        let middle = format!("void ({AUDIO}.currentTime = {AUDIO}.duration / 2)");
        browser.eval(&middle)?;
        browser.until(&format!(
            "!{AUDIO}.seeking && {AUDIO}.currentTime > {AUDIO}.duration / 2 + 0.5"
        ))?;
        browser.shoot("player-middle")?;
        browser.eval(&format!(
            "void ({AUDIO}.currentTime = {AUDIO}.duration - 2)"
        ))?;
        browser.until(&format!("{AUDIO}.ended"))?;
        let download = browser.eval("document.querySelector('a[href*=\"download=1\"]').href")?;
        anyhow::ensure!(
            download
                .as_str()
                .is_some_and(|href| href.contains("/recordings/paris/"))
        );
        let complaints = browser.complaints()?;
        anyhow::ensure!(complaints.is_empty(), "{complaints:?}");
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_four_languages_and_knows_the_dark() -> anyhow::Result<()> {
    let Some(browser) = browser("it_speaks_four_languages_and_knows_the_dark")? else {
        return Ok(());
    };
    let (rig, path) = recorded(json!({})).await?;
    let app = listening(&rig).await?;
    let url = format!("{}{path}", app.url());
    tokio::task::block_in_place(|| {
        for (language, speed) in [
            ("en", "Speed"),
            ("fr", "Vitesse"),
            ("es", "Velocidad"),
            ("de", "Tempo"),
        ] {
            browser.speak(language)?;
            browser.go(&url)?;
            browser.until(&format!("{AUDIO}.readyState >= 1"))?;
            let text = browser.text()?;
            anyhow::ensure!(text.contains(speed), "{language}: {text}");
            browser.shoot(&format!("player-{language}"))?;
        }
        let background = "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color";
        let light = browser.eval(background)?;
        browser.prefer("dark")?;
        browser.go(&url)?;
        browser.until(&format!("{AUDIO}.readyState >= 1"))?;
        browser.shoot("player-dark")?;
        anyhow::ensure!(browser.eval(background)? != light, "{light}");
        browser.narrow(360)?;
        browser.go(&url)?;
        browser.until(&format!("{AUDIO}.readyState >= 1"))?;
        browser.shoot("player-narrow")?;
        let overflow = "document.documentElement.scrollWidth <= innerWidth";
        anyhow::ensure!(
            browser.eval(overflow)? == true,
            "it is wider than the window"
        );
        Ok(())
    })
}

/// What is wrong, and what the page says.
#[tokio::test(flavor = "multi_thread")]
async fn it_says_why_there_is_nothing_to_hear() -> anyhow::Result<()> {
    let Some(browser) = browser("it_says_why_there_is_nothing_to_hear")? else {
        return Ok(());
    };
    let (mut rig, path) = recorded(json!({})).await?;
    let check = |app: &App, path: &str, name: &str, words: &str| {
        let url = format!("{}{path}", app.url());
        tokio::task::block_in_place(|| {
            browser.speak("en")?;
            browser.go(&url)?;
            browser
                .until("[...document.querySelectorAll('[role=alert]')].some(it => !it.hidden)")?;
            browser.until(&format!(
                "document.body.innerText.includes({})",
                json!(words)
            ))?;
            browser.shoot(name)
        })
    };
    rig.sites[0]
        .ucm
        .switches(|switches| switches.recordings = Recordings::Missing);
    let app = listening(&rig).await?;
    check(&app, &path, "gone", "no longer has this recording")?;
    check(
        &app,
        &path.replacen("signature=", "signature=A", 1),
        "refused",
        "not valid",
    )?;
    rig.clock.set(now() - TimeDelta::minutes(29));
    check(&app, &path, "pending", "not ready yet")?;
    rig.clock.set(now());
    rig.sites[0].ucm.down().await;
    check(&app, &path, "unreachable", "does not answer")?;
    rig.sites[0].ucm.up().await?;
    rig.advance(Duration::from_secs(500 * 86_400));
    check(&app, &path, "expired", "has expired")?;
    app.stop().await;
    rig.clock.set(now());
    rig.advance(Duration::from_secs(20 * 86_400));
    rig.sites[0].settings = json!({ "recording_days": 7 });
    let app = listening(&rig).await?;
    check(&app, &path, "removed", "no longer kept")?;
    Ok(())
}

/// A codec that no browser plays is said to be one, and offered for download; sizes that were never written do no harm.
#[tokio::test(flavor = "multi_thread")]
async fn it_plays_what_can_be_played_and_offers_the_rest_for_download() -> anyhow::Result<()> {
    let Some(browser) = browser("it_plays_what_can_be_played_and_offers_the_rest_for_download")?
    else {
        return Ok(());
    };
    for form in [RecordingForm::Endless, RecordingForm::Sizeless] {
        let (rig, path) = recorded(json!({})).await?;
        rig.sites[0]
            .ucm
            .switches(|switches| switches.recording_form = form);
        let app = listening(&rig).await?;
        let url = format!("{}{path}", app.url());
        tokio::task::block_in_place(|| {
            browser.go(&url)?;
            browser.until(&format!(
                "{AUDIO}.readyState >= 1 && Math.round({AUDIO}.duration) >= 55"
            ))?;
            browser.eval(&format!(
                "void ({AUDIO}.currentTime = {AUDIO}.duration - 2)"
            ))?;
            browser.eval(&format!("void {AUDIO}.play()"))?;
            browser.until(&format!("{AUDIO}.ended"))
        })?;
        app.stop().await;
    }
    let (rig, path) = recorded(json!({})).await?;
    rig.sites[0]
        .ucm
        .switches(|switches| switches.recording_form = RecordingForm::Gsm);
    let app = listening(&rig).await?;
    let url = format!("{}{path}", app.url());
    tokio::task::block_in_place(|| {
        for (language, words) in [
            ("en", "browsers do not play"),
            ("fr", "navigateurs ne lisent pas"),
            ("es", "navegadores no reproducen"),
            ("de", "Browser nicht abspielen"),
        ] {
            browser.speak(language)?;
            browser.go(&url)?;
            browser.until(&format!(
                "document.body.innerText.includes({})",
                json!(words)
            ))?;
            browser.until("!document.getElementById('download').hidden && document.getElementById('retry').hidden")?;
            browser.shoot(&format!("unplayable-{language}"))?;
        }
        Ok(())
    })
}
