//! Whatever fails in between: no phone rings twice, and nothing is lost in silence.

use std::sync::Arc;
use std::time::Duration;

use host::{Clock, Effect, EffectKind, Hooks, KillAt, NoHooks, Verdict};
use peers::ucm::Fault;
use serde_json::json;
use system::Journal;

use super::{Desk, NUMBER, hint_of, now};

#[tokio::test(flavor = "multi_thread")]
async fn hints_that_come_twice_late_or_from_strangers_dial_nothing_more() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    let link = desk.link().await;
    let order = desk.order(NUMBER).await;
    desk.ucm().clear_requests();
    let forged = link.replace("signature=", "signature=A");
    assert_eq!(desk.hint(order, &forged, NoHooks).await, 403);
    assert_eq!(desk.hint(order, "", NoHooks).await, 403);
    assert!(desk.ucm().requests().is_empty() && desk.state(order).await.0 == "asked");
    // Twice at the same moment, and once more.
    let app = desk.rig.app().start().await.unwrap();
    let (one, two) = tokio::join!(
        app.request(hint_of(order, &link)),
        app.request(hint_of(order, &link))
    );
    app.settled().await;
    app.stop().await;
    assert_eq!(
        (one.unwrap().status(), two.unwrap().status()),
        (http::StatusCode::ACCEPTED, http::StatusCode::ACCEPTED)
    );
    assert_eq!(desk.hinted(order).await, 202);
    assert_eq!(desk.ucm().dialled().len(), 1);
    assert_eq!(desk.state(order).await.0, "ringing");
}

/// On 17 and 18 the hint leaves before the commit.
#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_comes_before_its_order_waits_for_it() {
    let desk = Desk::open(Journal::simulated(17).await.unwrap()).await;
    desk.hide_phones();
    let link = desk.link().await;
    let first = desk.order("+33199000078").await;
    desk.hinted(first).await;
    // The waits between two looks are real ones here.
    let app = desk.rig.app().clock(Clock::Real).start().await.unwrap();
    let answer = app.request(hint_of(first + 1, &link)).await.unwrap();
    assert_eq!(answer.status(), 202);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let order = desk.order(NUMBER).await;
    assert_eq!(order, first + 1);
    app.settled().await;
    app.stop().await;
    assert_eq!(desk.state(order).await.0, "ringing");
    assert_eq!(desk.ucm().dialled().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ucm_does_not_answer_is_unknown_and_never_dialled_again() {
    for series in [17, 19] {
        let desk = Desk::open(Journal::simulated(series).await.unwrap()).await;
        desk.hide_phones();
        let faults = [
            Fault::hang_up("dialOutbound").after_work(),
            Fault::reset("dialOutbound").after_work(),
            Fault::cut("dialOutbound", 10).after_work(),
            Fault::html("dialOutbound").after_work(),
            Fault::status("dialOutbound", 502).after_work(),
            // Nobody knows what it says; a person is shown it.
            Fault::app_status("dialOutbound", 7).after_work(),
        ];
        for (nth, fault) in (1..).zip(faults) {
            desk.ucm().fault(fault.times(1));
            let order = desk.order(&format!("+3319900009{nth}")).await;
            assert_eq!(desk.hinted(order).await, 202);
            assert_eq!(
                desk.state(order).await,
                ("unknown".into(), "uncertain".into()),
                "{nth}"
            );
            desk.hinted(order).await;
            desk.rig.advance(Duration::from_secs(60));
            desk.rig.tick().await.unwrap();
            assert_eq!(desk.ucm().dialled().len(), nth, "once, for sure");
            let said = desk.said().unwrap();
            assert!(
                said["title"].as_str().unwrap().starts_with("Not known"),
                "{said}"
            );
        }
        assert_eq!(desk.orders().await.pop().unwrap()["x_code"], 7);
    }
}

/// A UCM that keeps silent is waited for as long as the run lasts; what came of the order is noted all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_ucm_that_keeps_silent_is_not_asked_again() {
    let mut desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    desk.hide_phones();
    let faults = [
        (Fault::stall("dialOutbound"), 0),
        (Fault::stall("dialOutbound").after_work(), 1),
        (Fault::late("dialOutbound", Duration::from_secs(60)), 2),
    ];
    for (nth, (fault, dialled)) in (1..).zip(faults) {
        desk.ucm().fault(fault.times(1));
        let order = desk.order(&format!("+3319900009{nth}")).await;
        desk.rig = desk.rig.hurried();
        match nth {
            // By the timer, which has polls to do as well.
            1 => {
                desk.rig.advance(Duration::from_secs(60));
                desk.rig.tick().await.unwrap();
            }
            _ => drop(desk.hinted(order).await),
        }
        desk.rig.be_patient();
        let known = desk.state(order).await;
        assert_eq!(known, ("unknown".into(), "uncertain".into()), "{nth}");
        desk.hinted(order).await;
        desk.rig.advance(Duration::from_secs(60));
        desk.rig.tick().await.unwrap();
        assert_eq!(desk.ucm().dialled().len(), dialled, "{nth}");
    }
}

/// A silent UCM takes its part of a tick with one order: the next one is neither claimed nor refused for it, and is dialled a minute later.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_there_is_no_time_for_waits_for_the_next_tick() {
    let mut desk = Desk::open(Journal::simulated(18).await.unwrap()).await;
    desk.hide_phones();
    desk.ucm().fault(Fault::stall("dialOutbound").times(1));
    let first = desk.order(NUMBER).await;
    let second = desk.order("+33199000078").await;
    desk.rig.advance(Duration::from_secs(60));
    desk.rig = desk.rig.hurried();
    desk.rig.tick().await.unwrap();
    desk.rig.be_patient();
    assert_eq!(desk.state(first).await.0, "unknown");
    assert_eq!(desk.state(second).await.0, "asked");
    desk.rig.advance(Duration::from_secs(60));
    desk.rig.tick().await.unwrap();
    assert_eq!(desk.state(second).await.0, "ringing");
    assert_eq!(desk.ucm().dialled().len(), 1);
}

/// Kills whoever is about to ask a UCM.
struct KillAtUcm;

impl Hooks for KillAtUcm {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        match &effect.kind {
            EffectKind::Request(request) if request.path == "/api" => Verdict::Kill,
            _ => Verdict::Continue,
        }
    }
}

/// Whoever is killed takes one order along, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_killed_leaves_the_other_orders_to_the_next() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    desk.hide_phones();
    let orders = [
        desk.order(NUMBER).await,
        desk.order("+33199000078").await,
        desk.order("+33199000079").await,
    ];
    desk.rig.advance(Duration::from_secs(60));
    desk.rig.tick_with(KillAtUcm).await.unwrap();
    let mut states = Vec::new();
    for order in orders {
        states.push(desk.state(order).await.0);
    }
    assert_eq!(states, ["dialling", "asked", "asked"]);
    desk.rig.advance(Duration::from_secs(60));
    desk.rig.tick().await.unwrap();
    assert_eq!(desk.state(orders[1]).await.0, "ringing");
    assert_eq!(desk.state(orders[2]).await.0, "ringing");
    assert_eq!(desk.ucm().dialled().len(), 2);
}

/// The session has ended meanwhile: that says for certain that nothing was dialled.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_ended_is_opened_anew_and_dials_once() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    desk.hide_phones();
    let first = desk.order(NUMBER).await;
    desk.hinted(first).await;
    desk.ucm()
        .fault(Fault::app_status("dialOutbound", -6).times(1));
    let order = desk.order("+33199000078").await;
    desk.hinted(order).await;
    assert_eq!(desk.state(order).await, ("ringing".into(), String::new()));
    assert_eq!(desk.ucm().dialled().len(), 2);
}

/// Killed at every effect of it, and then left to the timer: dialled once at most, and where it was, the order does not say that it was not.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_dials_may_be_killed_at_any_moment() {
    let mut point = 1;
    let mut dialled_at_all = 0;
    loop {
        let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
        let order = desk.order(NUMBER).await;
        let kill = Arc::new(KillAt::new(point));
        desk.hint(order, &desk.link().await, kill.clone()).await;
        let was_killed = kill.has_killed();
        // Whoever comes next: another hint, and two ticks.
        desk.hinted(order).await;
        for _ in 0..2 {
            desk.rig.advance(Duration::from_secs(60));
            desk.rig.tick().await.unwrap();
        }
        let (state, reason) = desk.state(order).await;
        let times = desk.ucm().dialled().len();
        assert!(times <= 1, "killed at {point}: dialled {times} times");
        match state.as_str() {
            "ringing" | "done" => assert_eq!(times, 1, "killed at {point}"),
            // Its two minutes are not over: then it is unknown.
            "dialling" => {}
            other => panic!("killed at {point}: {other} {reason}"),
        }
        dialled_at_all += times;
        if !was_killed {
            break;
        }
        point += 1;
    }
    assert!(point > 8, "only {point} effects");
    assert!(dialled_at_all > 1);
}

/// Odoo names once what came too late: who cannot be told keeps nobody else from it.
#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_told_keeps_nobody_else_from_being_told() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    let late = [desk.order(NUMBER).await, desk.order("+33199000078").await];
    let asked_at = (now() - Duration::from_secs(180)).format("%Y-%m-%d %H:%M:%S");
    let odoo = desk.journal().handle();
    for order in late {
        let long_ago = json!({ "x_asked_at": asked_at.to_string() });
        odoo.write("x_ucm_order", order, &long_ago).unwrap();
    }
    let before = odoo.count("bus.bus");
    let away = peers::odoo::Fault::html(502).on("ir.actions.server", "run");
    odoo.fault(away.with("x_ucm_answer").times(1));
    desk.rig.advance(Duration::from_secs(60));
    desk.rig.tick().await.unwrap();
    for order in late {
        assert_eq!(desk.state(order).await.0, "expired");
    }
    assert_eq!(odoo.count("bus.bus"), before + 1);
}

/// What no record came of in a day is told as that, whether the UCM has answered or not: nothing waits for it for good.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_without_a_record_is_at_rest_after_a_day() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    desk.hide_phones();
    let heard = desk.order(NUMBER).await;
    desk.hinted(heard).await;
    let unheard = desk.order("+33199000078").await;
    desk.ucm()
        .fault(Fault::status("dialOutbound", 502).times(1));
    desk.hinted(unheard).await;
    assert_eq!(desk.state(heard).await.0, "ringing");
    let uncertain = ("unknown".to_owned(), "uncertain".to_owned());
    assert_eq!(desk.state(unheard).await, uncertain);
    for (hours, is_over) in [(23, false), (25, true)] {
        let asked_at = now() - Duration::from_secs(hours * 3_600);
        let asked_at = asked_at.format("%Y-%m-%d %H:%M:%S").to_string();
        for order in [heard, unheard] {
            let long_ago = json!({ "x_asked_at": asked_at });
            let odoo = desk.journal().handle();
            odoo.write("x_ucm_order", order, &long_ago).unwrap();
        }
        desk.rig.advance(Duration::from_secs(60));
        desk.rig.tick().await.unwrap();
        for order in [heard, unheard] {
            let is_said = desk.state(order).await.1 == "no_record";
            assert_eq!(is_said, is_over, "{hours} hours");
        }
    }
}
