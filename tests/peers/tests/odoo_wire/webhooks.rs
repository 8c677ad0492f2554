//! Server actions that post: what, when, and what becomes of it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use peers::odoo::OdooBuilder;
use serde_json::{Value, json};

use crate::target::{Raised, Scratch, Target};

/// Longer than anything takes that is not held up, on the slowest machine.
const LONG: Duration = Duration::from_secs(30);

fn targets() -> Vec<Target> {
    targets_with(OdooBuilder::with_webhooks)
}

fn targets_with(webhooks: impl Fn(OdooBuilder) -> OdooBuilder) -> Vec<Target> {
    let simulated = [17, 18, 19].map(|major| Target::with(major, &webhooks));
    simulated.into_iter().chain(Target::real()).collect()
}

fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

/// What is posted to `listener` while `run` runs, each with what `meanwhile` finds before it is answered with `status`; and what `run` gives.
fn posted<T: Send>(
    listener: &TcpListener,
    status: u16,
    meanwhile: impl Fn() -> T + Sync,
    run: impl FnOnce() -> Result<Value, Raised>,
) -> (Vec<(Value, T)>, Result<Value, Raised>) {
    thread::scope(|scope| {
        let taking = scope.spawn(|| {
            let mut taken = Vec::new();
            loop {
                let (stream, _) = listener.accept().unwrap();
                // Who says nothing says that it is over.
                let Some(body) = body_of(&stream) else {
                    return taken;
                };
                taken.push((body, meanwhile()));
                // Who has not waited is not there any more.
                _ = write!(
                    &stream,
                    "HTTP/1.1 {status} As Asked\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
            }
        });
        let answer = run();
        TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (taking.join().unwrap(), answer)
    })
}

fn body_of(stream: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    if reader.fill_buf().unwrap().is_empty() {
        return None;
    }
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        let line = std::mem::take(&mut line).to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if let Some(value) = line.strip_prefix("content-type:") {
            assert_eq!(value.trim(), "application/json");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}

impl Scratch<'_> {
    fn record(&self, values: Value) -> i64 {
        let made = self.kw("create", json!([values])).unwrap();
        made.as_i64().unwrap()
    }

    fn count(&self, uid: &str) -> Value {
        let domain = json!([[["x_uid", "=", uid]]]);
        self.kw("search_count", domain).unwrap()
    }

    fn action(&self, values: Value) -> i64 {
        let mut action = json!({ "name": "Told", "model_id": self.id });
        action
            .as_object_mut()
            .unwrap()
            .extend(values.as_object().unwrap().clone());
        let made = self
            .target
            .kw("ir.actions.server", "create", json!([action]), json!({}));
        made.unwrap().as_i64().unwrap()
    }

    /// A webhook to `listener` that carries these fields.
    fn hook(&self, listener: &TcpListener, fields: &[&str]) -> i64 {
        let domain = json!([[["model_id", "=", self.id], ["name", "in", fields]]]);
        let fields = self
            .target
            .kw("ir.model.fields", "search", domain, json!({}));
        let url = format!("http://{}/told?token=a", listener.local_addr().unwrap());
        self.action(json!({
            "state": "webhook", "webhook_url": url, "webhook_field_ids": [[6, 0, fields.unwrap()]],
        }))
    }

    /// Runs actions, one after the other in one transaction, for these records.
    fn run_for(&self, actions: &[i64], records: &[i64]) -> Result<Value, Raised> {
        let context = json!({
            "active_model": self.name, "active_id": records.first(), "active_ids": records, "lang": "en_US", "tz": "UTC",
        });
        let options = json!({ "context": context });
        self.target
            .kw("ir.actions.server", "run", json!([actions]), options)
    }
}

#[test]
fn it_posts_the_fields_asked_for_of_each_active_record() {
    for target in targets() {
        let (scratch, listener) = (target.scratch(), listener());
        let partner = target.kw("res.partner", "search", json!([[]]), json!({ "limit": 1 }));
        let partner = partner.unwrap()[0].clone();
        let one = scratch.record(json!({
            "x_uid": "one", "x_n": 3, "x_f": 1.5, "x_b": true, "x_at": "2026-01-02 03:04:05", "x_d": "2026-01-02", "x_dir": "in",
            "x_partner_id": partner, "x_candidate_ids": [[6, 0, [partner]]],
        }));
        let two = scratch.record(json!({ "x_uid": "two" }));
        let fields = [
            "x_name",
            "x_uid",
            "x_n",
            "x_f",
            "x_b",
            "x_at",
            "x_d",
            "x_dir",
            "x_partner_id",
            "x_candidate_ids",
        ];
        let hook = scratch.hook(&listener, &fields);
        let run = || scratch.run_for(&[hook], &[one, two]);
        let (posts, answer) = posted(&listener, 200, || (), run);
        assert_eq!(answer, Ok(json!(false)));
        let bodies: Vec<Value> = posts.into_iter().map(|(body, ())| body).collect();
        let (action, model) = (format!("Told(#{hook})"), &scratch.name);
        let expected = [
            json!({
                "_action": action, "_id": one, "_model": model, "id": one, "x_name": false, "x_uid": "one", "x_n": 3, "x_f": 1.5, "x_b": true,
                "x_at": "2026-01-02 03:04:05", "x_d": "2026-01-02", "x_dir": "in", "x_partner_id": partner, "x_candidate_ids": [partner],
            }),
            json!({
                "_action": action, "_id": two, "_model": model, "id": two, "x_name": false, "x_uid": "two", "x_n": 0, "x_f": 0.0, "x_b": false,
                "x_at": false, "x_d": false, "x_dir": false, "x_partner_id": false, "x_candidate_ids": [],
            }),
        ];
        assert_eq!(bodies, expected, "{}", target.major);
        // Without fields nothing is read.
        let bare = scratch.hook(&listener, &[]);
        let (posts, _) = posted(&listener, 200, || (), || scratch.run_for(&[bare], &[one]));
        let expected = json!({ "_action": format!("Told(#{bare})"), "_id": one, "_model": model });
        assert_eq!(posts, [(expected, ())]);
        let (posts, answer) = posted(&listener, 200, || (), || scratch.run_for(&[hook], &[]));
        assert_eq!((posts.len(), answer), (0, Ok(json!(false))));
    }
}

#[test]
fn it_is_sent_before_the_commit_on_17_and_18_and_after_it_on_19() {
    // Who is told looks before Odoo goes on without an answer.
    for target in targets_with(|builder| builder.with_webhooks_awaited(LONG)) {
        let (scratch, listener) = (target.scratch(), listener());
        let about = scratch.record(json!({ "x_uid": "about" }));
        let make = format!("env['{}'].create({{'x_uid': 'made'}})", scratch.name);
        let make = scratch.action(json!({ "state": "code", "code": make }));
        let hook = scratch.hook(&listener, &["x_uid"]);
        // Others go on meanwhile, reading and writing.
        let meanwhile = || {
            scratch.record(json!({ "x_uid": "meanwhile" }));
            scratch.count("made")
        };
        let run = || scratch.run_for(&[make, hook], &[about]);
        let (posts, answer) = posted(&listener, 200, meanwhile, run);
        assert!(answer.is_ok(), "{answer:?}");
        let seen: Vec<Value> = posts.into_iter().map(|(_, seen)| seen).collect();
        let expected = if target.major >= 19 { 1 } else { 0 };
        assert_eq!(seen, [json!(expected)], "{}", target.major);
        for uid in ["made", "meanwhile"] {
            assert_eq!(scratch.count(uid), 1, "{}: {uid}", target.major);
        }
    }
}

#[test]
fn from_19_on_a_transaction_that_is_undone_sends_nothing() {
    for target in targets() {
        let (scratch, listener) = (target.scratch(), listener());
        let about = scratch.record(json!({ "x_uid": "about" }));
        let code = "env.cr.execute('DROP INDEX peers_has_no_such_index')";
        let fails = scratch.action(json!({ "state": "code", "code": code }));
        let hook = scratch.hook(&listener, &[]);
        let run = || scratch.run_for(&[hook, fails], &[about]);
        let (posts, answer) = posted(&listener, 200, || (), run);
        assert_eq!(answer.unwrap_err().name, "builtins.ValueError");
        let expected = if target.major >= 19 { 0 } else { 1 };
        assert_eq!(posts.len(), expected, "{}", target.major);
    }
}

#[test]
fn nobody_needs_to_hear_it_and_it_is_waited_for_a_second() {
    for target in targets() {
        let (scratch, listener) = (target.scratch(), listener());
        let about = scratch.record(json!({ "x_uid": "about" }));
        let hook = scratch.hook(&listener, &[]);
        let run = || scratch.run_for(&[hook], &[about]);
        let (posts, answer) = posted(&listener, 500, || (), run);
        assert_eq!((posts.len(), answer), (1, Ok(json!(false))));
        // Who hears it answers only when nobody waits any more.
        let has_ended = AtomicBool::new(false);
        let until_then = || {
            let began = Instant::now();
            while !has_ended.load(Ordering::SeqCst) && began.elapsed() < LONG {
                thread::sleep(Duration::from_millis(5));
            }
            has_ended.load(Ordering::SeqCst)
        };
        let mut took = Duration::ZERO;
        let timed = || {
            let began = Instant::now();
            let answer = run();
            took = began.elapsed();
            has_ended.store(true, Ordering::SeqCst);
            answer
        };
        let (posts, answer) = posted(&listener, 200, until_then, timed);
        let ended: Vec<bool> = posts.into_iter().map(|(_, has_ended)| has_ended).collect();
        assert_eq!(
            (ended.as_slice(), answer),
            ([true].as_slice(), Ok(json!(false)))
        );
        assert!(took >= Duration::from_secs(1), "{took:?}");
        drop(listener);
        assert_eq!(run(), Ok(json!(false)));
    }
}

#[test]
fn without_an_address_there_is_nothing_to_send() {
    for target in targets() {
        let scratch = target.scratch();
        let about = scratch.record(json!({ "x_uid": "about" }));
        let hook = scratch.action(json!({ "state": "webhook" }));
        let raised = scratch.run_for(&[hook], &[about]).unwrap_err();
        assert_eq!(raised.name, "odoo.exceptions.UserError");
        assert!(raised.message.contains("give me a URL"), "{raised:?}");
    }
}

#[test]
fn a_simulation_that_was_not_asked_to_sends_none() {
    for major in [17, 18, 19] {
        let (target, listener) = (Target::simulated(major), listener());
        let scratch = target.scratch();
        let about = scratch.record(json!({ "x_uid": "about" }));
        let hook = scratch.hook(&listener, &["x_uid"]);
        let (posts, answer) = posted(&listener, 200, || (), || scratch.run_for(&[hook], &[about]));
        assert_eq!((posts.len(), answer), (0, Ok(json!(false))));
    }
}
