//! Orders whose answer gets lost: whether the device has taken them is another matter.

use std::pin::pin;
use std::time::{Duration, Instant};

use peers::ucm::{Fault, Ucm};
use serde_json::Value;

use super::support::*;

/// Orders a call, and gives the answer unless the connection ends without one.
async fn dial(ucm: &Ucm, cookie: &str) -> Option<Value> {
    let mut request = order();
    request["cookie"] = cookie.into();
    let answer = try_post(&ucm.url(), request).await;
    answer.ok().map(|answer| answer.json())
}

/// Orders a call that nothing is answered to.
async fn dial_in_vain(ucm: &Ucm, cookie: &str) {
    let before = ucm.count(DIAL);
    let mut answer = pin!(dial(ucm, cookie));
    tokio::select! {
        biased;
        () = until(|| ucm.count(DIAL) > before) => {}
        answer = &mut answer => return assert_eq!(answer, None),
    }
    // The device has the order, and has done with it what it does: an answer would not be long in coming.
    let answer = tokio::time::timeout(Duration::from_millis(400), answer).await;
    assert_eq!(answer.ok().flatten(), None);
}

#[tokio::test]
async fn an_order_can_be_lost_before_the_device_does_anything() {
    for fault in [Fault::stall(DIAL), Fault::reset(DIAL), Fault::hang_up(DIAL)] {
        let ucm = quiet().await;
        let cookie = login(&ucm).await;
        ucm.fault(fault.times(1));
        dial_in_vain(&ucm, &cookie).await;
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
            dial_in_vain(&ucm, &cookie).await;
        }
        pass(&ucm, 100);
        assert_eq!((ucm.dialled().len(), ucm.rows()), (1, 1));
    }
}

#[tokio::test]
async fn an_answer_can_come_late_for_what_was_done_at_once() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let late = Duration::from_millis(500);
    ucm.fault(Fault::late(DIAL, late).times(1));
    let began = Instant::now();
    let mut answer = pin!(dial(&ucm, &cookie));
    tokio::select! {
        biased;
        () = until(|| ucm.dialled().len() == 1) => {}
        answer = &mut answer => panic!("answered before it is dialled: {answer:?}"),
    }
    assert_eq!(answer.await.expect("an answer")["status"], 0);
    assert!(began.elapsed() >= late);
    ucm.fault(Fault::late(DIAL, Duration::from_secs(600)).times(1));
    dial_in_vain(&ucm, &cookie).await;
    assert_eq!(ucm.dialled().len(), 2);
}

#[tokio::test]
async fn a_fault_strikes_the_order_that_it_is_meant_for() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.fault(Fault::stall(DIAL).after_work().sparing(1).times(1));
    assert!(dial(&ucm, &cookie).await.is_some());
    dial_in_vain(&ucm, &cookie).await;
    assert!(dial(&ucm, &cookie).await.is_some());
    assert_eq!(ucm.dialled().len(), 3);
}

const DIAL: &str = "dialOutbound";
