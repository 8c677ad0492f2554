//! Two runs at once, each of which acts by what it saw before the other did.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use host::{App, Effect, EffectKind, Hooks, Verdict};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::*;

type Happening = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Something that happens, once, just before a run sends a request.
struct Meanwhile {
    before: &'static str,
    happens: Mutex<Option<Happening>>,
}

impl Hooks for Meanwhile {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        if matches!(&effect.kind, EffectKind::Request(line) if line.path.ends_with(self.before)) {
            let mut happens = self.happens.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(happens) = happens.take() {
                block_in_place(|| Handle::current().block_on(happens));
            }
        }
        Verdict::Continue
    }
}

const SECRET: &str = "the-secret-of-both-offices";

/// Two offices that push their calls, with one who has called the first of them in vain.
async fn offices() -> Rig {
    let journal = Journal::simulated(19).await.unwrap();
    let settings = json!({
        "missed_call_todos": true, "missed_call_todo_user": journal.user(), "push_secret": SECRET,
    });
    let mut rig = Rig::around(journal, now());
    for (id, calls) in [
        ("lyon", vec![call(Scenario::Missed, 60)]),
        ("paris", vec![]),
    ] {
        let mut site = Site::french(id, now(), calls).await.unwrap();
        site.ucm.hold_pushes();
        rig = rig.site(site.with(settings.clone()));
    }
    let rig = rig.start().await.unwrap();
    rig.run_to_completion(5).await.unwrap();
    assert_eq!(todos(&rig).await.len(), 1);
    rig
}

/// One that calls an office, or is called by it, as the record that the office pushes.
fn record(rig: &Rig, office: usize, scenario: Scenario) -> (String, String) {
    let call = Call::new(scenario, rig.clock.now()).with(LINE, "Zoé");
    let site = &rig.sites[office];
    site.ucm.add_call(&call);
    rig.advance(Duration::from_secs(10 * 60));
    let records = site.ucm.take_pushes();
    assert_eq!(records.len(), 1);
    (site.id.clone(), records.concat())
}

async fn push(app: &App, (office, record): (String, String)) {
    let request = http::Request::post(format!("http://localhost/webhook/{office}"))
        .header("authorization", format!("Bearer {SECRET}"))
        .body(Bytes::from(record))
        .unwrap();
    assert_eq!(app.request(request).await.unwrap().status(), 200);
    app.settled().await;
}

/// Somebody speaks with who has called the first office in vain.
async fn reached(rig: &Rig) {
    let answered = record(rig, 0, Scenario::Answered);
    let app = rig.app().start().await.unwrap();
    push(&app, answered).await;
    app.stop().await;
    assert_eq!(todos(rig).await, Vec::<Value>::new());
}

/// A replica takes a record; before it sends a request, another one takes another.
async fn cross(
    rig: &Rig,
    taken: (String, String),
    before: &'static str,
    meanwhile: (String, String),
) {
    let other = rig.app().start().await.unwrap();
    let happens: Happening = Box::pin(async move { push(&other, meanwhile).await });
    happens_before(rig, taken, before, happens).await;
}

async fn happens_before(
    rig: &Rig,
    taken: (String, String),
    before: &'static str,
    happens: Happening,
) {
    let hooks = Arc::new(Meanwhile {
        before,
        happens: Mutex::new(Some(happens)),
    });
    let app = rig.app().hooks(Arc::clone(&hooks)).start().await.unwrap();
    push(&app, taken).await;
    app.stop().await;
    let happens = hooks.happens.lock().unwrap().take();
    assert!(happens.is_none(), "{before} was never asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_again_while_their_to_do_is_closed_has_another() {
    let rig = offices().await;
    let answered = record(&rig, 0, Scenario::Answered);
    let missed = record(&rig, 1, Scenario::Missed);
    cross(&rig, answered, "/mail.activity/action_feedback", missed).await;
    let todos = todos(&rig).await;
    assert_eq!(todos.len(), 1);
    assert_eq!(todos[0]["summary"], format!("Missed call from {LINE}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_reached_while_their_to_do_is_made_has_none() {
    let rig = offices().await;
    remove_todos(&rig).await;
    let missed = record(&rig, 1, Scenario::Missed);
    let answered = record(&rig, 0, Scenario::Answered);
    cross(&rig, missed, "/mail.activity/create", answered).await;
    assert_eq!(todos(&rig).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_again_while_a_call_is_added_to_a_to_do_that_is_closed_has_another() {
    let rig = offices().await;
    let answered = record(&rig, 0, Scenario::Answered);
    let missed = record(&rig, 1, Scenario::Missed);
    cross(&rig, missed, "/mail.activity/write", answered).await;
    let todos = todos(&rig).await;
    assert_eq!(todos.len(), 1);
    assert_eq!(todos[0]["summary"], format!("Missed call from {LINE}"));
}

/// What its first record said, what a later one makes of it while the first is marked as seen to, and how many to-dos there are then.
async fn turns_out(first: Scenario, values: Value, made: usize) {
    let rig = offices().await;
    reached(&rig).await;
    let first = record(&rig, 1, first);
    let rig = Arc::new(rig);
    let happens = {
        let (rig, mut values) = (Arc::clone(&rig), values.clone());
        values["x_fingerprint"] = json!("of both records");
        values["x_followed_up"] = json!(false);
        async move {
            let of_paris = json!([["x_server", "=", "paris"]]);
            let found = rig
                .journal
                .call("x_ucm_call", "search", json!([of_paris]), json!({}));
            let written = json!([found.await.unwrap(), values]);
            let written = rig.journal.call("x_ucm_call", "write", written, json!({}));
            written.await.unwrap();
        }
    };
    happens_before(&rig, first, "/ir.actions.server/run", Box::pin(happens)).await;
    assert_eq!(todos(&rig).await.len(), made, "{values}");
    let calls = rig.journal.calls("paris").await.unwrap();
    assert_eq!(calls[0]["x_followed_up"], true);
}

/// That somebody took it, that it was for a machine, or that the office has called.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_turns_out_not_to_be_in_vain_while_it_is_marked_has_no_to_do() {
    for values in [
        json!({ "x_outcome": "answered" }),
        json!({ "x_outcome": "service" }),
        json!({ "x_direction": "outbound" }),
    ] {
        turns_out(Scenario::Missed, values, 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_turns_out_to_be_in_vain_while_it_is_marked_has_a_to_do() {
    turns_out(Scenario::Answered, json!({ "x_outcome": "missed" }), 1).await;
}

/// Its first record says that nobody took it, and the next one that a fax did.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_turns_out_to_be_a_fax_has_no_to_do_any_more() {
    let rig = offices().await;
    reached(&rig).await;
    let (office, missed) = record(&rig, 1, Scenario::Missed);
    let (_, fax) = record(&rig, 1, Scenario::Fax);
    let read = |record: &str| serde_json::from_str::<Value>(record).unwrap();
    let mut taken = read(&fax);
    taken["session"] = read(&missed)["session"].clone();
    let app = rig.app().start().await.unwrap();
    push(&app, (office.clone(), missed)).await;
    assert_eq!(todos(&rig).await.len(), 1);
    push(&app, (office, taken.to_string())).await;
    app.stop().await;
    let calls = rig.journal.calls("paris").await.unwrap();
    assert_eq!(
        (calls.len(), &calls[0]["x_outcome"]),
        (1, &json!("service"))
    );
    assert_eq!(todos(&rig).await, Vec::<Value>::new());
}

/// Of one who gives up in the queue behind a menu, the leg of the queue comes first: alone it says that somebody spoke with them.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_turns_out_to_have_been_in_vain_has_a_to_do() {
    let rig = offices().await;
    reached(&rig).await;
    let (office, missed) = record(&rig, 1, Scenario::Missed);
    let leg = |id: &str, app: &str, action: &str, to: &str| {
        let mut leg: Value = serde_json::from_str(&missed).unwrap();
        let of_leg = json!({
            "AcctId": id, "lastapp": app, "action_type": action, "dst": to, "dstchannel_ext": to,
            "dstanswer": "7000", "disposition": "ANSWERED", "billsec": "12",
        });
        let (leg_of, of_leg) = (leg.as_object_mut().unwrap(), of_leg.as_object().unwrap());
        leg_of.extend(of_leg.clone());
        leg.to_string()
    };
    let menu = |id: &str| leg(id, "IVR", "IVR[7000]", "7000");
    let app = rig.app().start().await.unwrap();
    let outcome = async || rig.journal.calls("paris").await.unwrap()[0]["x_outcome"].clone();
    push(&app, (office.clone(), leg("4711", "Queue", "DIAL", "1001"))).await;
    assert_eq!(outcome().await, "answered");
    assert_eq!(todos(&rig).await, Vec::<Value>::new());
    push(&app, (office.clone(), menu("4710"))).await;
    assert_eq!(outcome().await, "missed");
    let made = todos(&rig).await;
    assert_eq!(made.len(), 1);
    // Whoever has done it is not given it again with the next leg.
    let done = json!([[made[0]["id"]]]);
    let done = rig
        .journal
        .call("mail.activity", "action_feedback", done, json!({}));
    done.await.unwrap();
    push(&app, (office, menu("4712"))).await;
    app.stop().await;
    assert_eq!(todos(&rig).await, Vec::<Value>::new());
}

/// Somebody notes what they know of a caller while the next call of the same is being looked into.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_writes_in_a_to_do_while_a_call_is_added_to_it_stays() {
    let rig = Arc::new(offices().await);
    let missed = record(&rig, 1, Scenario::Missed);
    let happens = {
        let rig = Arc::clone(&rig);
        async move {
            let todo = todos(&rig).await.remove(0);
            let note = format!("<p>Wants offer 123</p>{}", todo["note"].as_str().unwrap());
            let waits =
                json!({ "note": note, "summary": "Zoé is cross", "date_deadline": "2026-06-18" });
            let written = json!([[todo["id"]], waits]);
            let written = rig
                .journal
                .call("mail.activity", "write", written, json!({}));
            written.await.unwrap();
        }
    };
    happens_before(&rig, missed, "/res.users/search_read", Box::pin(happens)).await;
    let todo = todos(&rig).await.remove(0);
    assert_eq!(
        (&todo["summary"], &todo["date_deadline"]),
        (&json!("Zoé is cross"), &json!("2026-06-18"))
    );
    let note = todo["note"].as_str().unwrap();
    assert!(note.contains("Wants offer 123"), "{note}");
}
