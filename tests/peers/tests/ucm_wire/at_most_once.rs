//! Orders whose answer gets lost: whether the device has taken them is another matter.

use std::time::{Duration, Instant};

use peers::ucm::{Fault, Ucm};
use serde_json::Value;

use super::support::*;

/// Orders a call, and gives the answer unless it does not come in time.
async fn dial(ucm: &Ucm, cookie: &str) -> Option<Value> {
    let mut request = order();
    request["cookie"] = cookie.into();
    let url = ucm.url();
    let asked = try_post(&url, request);
    let answer = tokio::time::timeout(Duration::from_millis(400), asked).await;
    answer.ok()?.ok().map(|answer| answer.json())
}

#[tokio::test]
async fn an_order_can_be_lost_before_the_device_does_anything() {
    for fault in [Fault::stall(DIAL), Fault::reset(DIAL), Fault::hang_up(DIAL)] {
        let ucm = quiet().await;
        let cookie = login(&ucm).await;
        ucm.fault(fault.times(1));
        assert_eq!(dial(&ucm, &cookie).await, None);
        pass(&ucm, 100);
        assert_eq!((ucm.dialled().len(), ucm.rows()), (0, 0));
        assert!(dial(&ucm, &cookie).await.is_some());
        assert_eq!(ucm.dialled().len(), 1);
    }
}

#[tokio::test]
async fn an_order_can_be_taken_and_its_answer_be_lost() {
    for fault in [
        Fault::stall(DIAL).after_work(),
        Fault::reset(DIAL).after_work(),
        Fault::cut(DIAL, 10),
        Fault::silence(DIAL, 10),
        Fault::status(DIAL, 502).after_work(),
    ] {
        let ucm = quiet().await;
        let cookie = login(&ucm).await;
        let is_replaced = format!("{fault:?}").contains("502");
        ucm.fault(fault.times(1));
        if is_replaced {
            let answer = act(&ucm, &cookie, order()).await;
            assert_eq!(answer.status, 502);
        } else {
            assert_eq!(dial(&ucm, &cookie).await, None);
        }
        pass(&ucm, 100);
        assert_eq!((ucm.dialled().len(), ucm.rows()), (1, 1));
    }
}

#[tokio::test]
async fn an_answer_can_come_late_for_what_was_done_at_once() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.fault(Fault::late(DIAL, Duration::from_millis(200)).times(1));
    let began = Instant::now();
    let (answer, taken) = tokio::join!(dial(&ucm, &cookie), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        ucm.dialled().len()
    });
    assert_eq!(answer.expect("an answer")["status"], 0);
    assert!(began.elapsed() >= Duration::from_millis(200));
    assert_eq!(taken, 1, "before the answer came");
    ucm.fault(Fault::late(DIAL, Duration::from_secs(60)).times(1));
    assert_eq!(dial(&ucm, &cookie).await, None);
    assert_eq!(ucm.dialled().len(), 2);
}

#[tokio::test]
async fn a_fault_strikes_the_order_that_it_is_meant_for() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.fault(Fault::stall(DIAL).after_work().sparing(1).times(1));
    let answered = [
        dial(&ucm, &cookie).await,
        dial(&ucm, &cookie).await,
        dial(&ucm, &cookie).await,
    ];
    assert_eq!(answered.map(|answer| answer.is_some()), [true, false, true]);
    assert_eq!(ucm.dialled().len(), 3);
}

const DIAL: &str = "dialOutbound";
