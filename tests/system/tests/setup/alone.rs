//! A set-up that nothing disturbs: the bridge stands still meanwhile, and what others do is waited out.

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, TimeDelta, Utc};
use peers::ucm::{Call, Scenario, Ucm};
use system::{Site, french_ucm};

use super::*;

const SECRET: &str = "the-secret-of-paris";

pub(super) async fn rig_with_calls(journal: Journal) -> Rig {
    let now: DateTime<Utc> = "2026-06-15T14:30:00Z".parse().unwrap();
    let calls = vec![
        Call::new(Scenario::Answered, now - TimeDelta::minutes(10)).with("+33142667701", "Zoé"),
    ];
    let ucm: Ucm = french_ucm(now).calls(calls).start().await.unwrap();
    let site = Site::new("paris", ucm).with(json!({ "push_secret": SECRET }));
    let rig = Rig::around(journal, now).site(site);
    rig.start_without_setup().await.unwrap()
}

async fn push(rig: &Rig) {
    let app = rig.app().start().await.unwrap();
    for record in rig.sites[0].ucm.pushed_records(false) {
        assert_eq!(app.request(pushing(record)).await.unwrap().status(), 200);
    }
    app.settled().await;
    app.stop().await;
}

fn pushing(record: impl Into<Bytes>) -> http::Request<Bytes> {
    http::Request::post("http://localhost/webhook/paris")
        .header("authorization", format!("Bearer {SECRET}"))
        .body(record.into())
        .unwrap()
}

/// A tick and a pushed record in the midst of an import that nothing may disturb.
#[tokio::test(flavor = "multi_thread")]
async fn a_tick_in_a_set_up_leaves_it_alone() {
    for series in SERIES {
        let rig = rig_with_calls(Journal::simulated(series).await.unwrap()).await;
        let odoo = rig.journal.handle();
        let (fault, import) = Fault::fragile_import();
        odoo.fault(fault.times(1));
        let app = rig.app().start().await.unwrap();
        let everything_else = async {
            import.arrived().await;
            app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
            let pushed = rig.sites[0].ucm.pushed_records(false);
            for record in pushed {
                assert_eq!(app.request(pushing(record)).await.unwrap().status(), 200);
            }
            let during = imports(odoo);
            drop(import);
            during
        };
        let (set_up, during) = tokio::join!(app.request(asking("/setup")), everything_else);
        assert_eq!(set_up.unwrap().status(), 200, "{series}");
        assert_eq!(during, 1, "{series}: the first import was still under way");
        // The models, the columns of two tables and the journal, a column and the part in CRM: none of them twice.
        assert_eq!(imports(odoo), 6, "{series}");
        app.stop().await;
        rig.sync().await.unwrap();
        assert_eq!(rig.journal.count("paris").await.unwrap(), 1, "{series}");
    }
}

fn imports(odoo: &Odoo) -> usize {
    let counts = odoo.count_by_method();
    let import = "base.import.module.import_module";
    counts.get(import).copied().unwrap_or_default()
}

pub(super) fn asking(path: &str) -> http::Request<Bytes> {
    let token = format!("Bearer {}", system::ADMIN_TOKEN);
    let request = http::Request::post(format!("http://localhost{path}"));
    let request = request.header("authorization", token);
    request.body(Bytes::new()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_stands_still_until_a_set_up_has_ended() {
    for series in SERIES {
        let rig = rig_with_calls(Journal::simulated(series).await.unwrap()).await;
        let odoo = rig.journal.handle();
        // The import is done, but its answer never comes: for the bridge it may still be going on.
        let lost = Fault::answer_lost().on("base.import.module", "import_module");
        odoo.fault(lost.sparing(1));
        let (status, problem) = rig.setup().await.unwrap();
        assert_eq!(status, 502, "{problem}");
        odoo.clear_faults();
        odoo.clear_requests();

        push(&rig).await;
        let report = rig.sync().await.unwrap();
        for ended in [&report["servers"][0], &report["pushed"][0]] {
            assert_eq!(ended["status"], "busy", "{series}: {report}");
            let detail = ended["detail"].as_str().unwrap();
            assert!(detail.contains("is being set up"), "{detail}");
        }
        assert!(
            report["pushed"][0]["waiting"].as_u64() > Some(0),
            "{report}"
        );
        rig.tick().await.unwrap();
        assert_eq!(
            odoo.count_by_method().len(),
            0,
            "{series}: nothing reached Odoo"
        );
        let (status, problem) = rig.setup().await.unwrap();
        assert_eq!(status, 409, "one set-up at a time: {problem}");

        rig.advance(Duration::from_secs(150));
        let (status, report) = rig.setup().await.unwrap();
        assert_eq!(status, 200, "{report}");
        rig.sync().await.unwrap();
        assert_eq!(rig.journal.count("paris").await.unwrap(), 1, "{series}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_outlasts_a_proxy_has_not_failed() {
    for series in SERIES {
        let rig = rig(Journal::simulated(series).await.unwrap()).await;
        let odoo = rig.journal.handle();
        // The very first is small, but on a busy server it waits for others.
        let overdue = Fault::overdue().on("base.import.module", "import_module");
        odoo.fault(overdue.times(1));
        post(&rig, "/setup").await;
        assert_eq!(plan(&rig).await["step"], "nothing");

        make_older(odoo);
        let overdue = Fault::overdue().on("base.import.module", "import_module");
        odoo.fault(overdue.times(1));
        let report = post(&rig, "/setup").await;
        assert_eq!(report["changed"], true, "{series}: {report}");
        assert_eq!(plan(&rig).await["step"], "nothing");

        // Where nothing comes of it, that is told.
        make_older(odoo);
        odoo.fault(Fault::html(504).on("base.import.module", "import_module"));
        let (status, problem) = rig.setup().await.unwrap();
        assert_eq!(status, 502, "{problem}");
        odoo.clear_faults();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_programs_ask_is_waited_out() {
    for series in SERIES {
        let rig = rig_with_calls(Journal::simulated(series).await.unwrap()).await;
        let odoo = rig.journal.handle();
        odoo.fault(Fault::disturbed_import().times(3));
        let (status, report) = rig.setup().await.unwrap();
        assert_eq!(
            (status, &report["changed"]),
            (200, &json!(true)),
            "{report}"
        );
        assert_eq!(plan(&rig).await["step"], "nothing");

        make_older(odoo);
        odoo.fault(Fault::disturbed_import());
        let (status, problem) = rig.setup().await.unwrap();
        assert_eq!(status, 502, "{problem}");
        let (detail, action) = (&problem["detail"], &problem["action"]);
        assert_eq!(
            detail,
            "Odoo could not import the module: data/x_ucm_call.xml:35: NotNullViolation: null value in column \"model_id\" of relation \
             \"ir_model_fields\" violates not-null constraint"
        );
        assert!(
            action.as_str().unwrap().contains("other programs"),
            "{action}"
        );
        // It has ended, and said so: nobody stands still any more.
        odoo.clear_faults();
        rig.sync().await.unwrap();
        assert_eq!(rig.journal.count("paris").await.unwrap(), 1, "{series}");
    }
}

/// The models come first and alone, so that no other thread asks for one that is being made.
#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_ends_after_its_models_goes_on() {
    for series in SERIES {
        let rig = rig(Journal::simulated(series).await.unwrap()).await;
        let odoo = rig.journal.handle();
        odoo.fault(Fault::disturbed_import().sparing(1));
        let (status, problem) = rig.setup().await.unwrap();
        assert_eq!(status, 502, "{problem}");
        assert!(odoo.external_id("ucm_odoo.model_x_ucm_call").is_some());
        assert!(
            odoo.external_id("ucm_odoo.field_x_ucm_call__x_uid")
                .is_none()
        );
        odoo.clear_faults();
        let found = plan(&rig).await;
        assert_eq!(found["step"], "upgrade", "{found}");
        post(&rig, "/setup").await;
        assert_eq!(plan(&rig).await["step"], "nothing");
    }
}
