use super::*;

fn refusal() -> OdooError {
    OdooError::RecordGone {
        model: "x_ucm_call",
    }
}

/// Drives a search among `total` rows of which `bad` are refused; gives the rows found, the rows written, and the number of calls.
fn search(total: usize, bad: &[usize]) -> (Vec<usize>, Vec<usize>, usize) {
    let mut bisect = Bisect::new(total);
    let (mut written, mut calls) = (Vec::new(), 0);
    while let Some(batch) = bisect.next_batch() {
        calls += 1;
        assert!(calls < 3 * total + 3, "the search does not end");
        if batch.clone().any(|row| bad.contains(&row)) {
            bisect.handle_refused(refusal());
        } else {
            written.extend(batch);
            bisect.handle_accepted();
        }
    }
    (
        bisect.refused().iter().map(|refused| refused.row).collect(),
        written,
        calls,
    )
}

#[test]
fn one_bad_row_is_found_in_few_calls_and_all_others_are_written() {
    for bad in [0, 1, 255, 256, 499] {
        let (refused, written, calls) = search(500, &[bad]);
        assert_eq!(refused, [bad]);
        assert_eq!(
            written,
            (0..500).filter(|row| *row != bad).collect::<Vec<_>>()
        );
        assert!(calls <= 18, "{calls} calls");
    }
}

#[test]
fn several_bad_rows_come_in_order() {
    let (refused, written, _) = search(100, &[3, 4, 98]);
    assert_eq!(refused, [3, 4, 98]);
    assert_eq!(written.len(), 97);
    assert_eq!(search(1, &[0]).0, [0]);
    assert_eq!(search(0, &[]), (vec![], vec![], 0));
}

#[test]
fn a_model_that_takes_nothing_is_told_from_bad_rows() {
    let all_refused = |total: usize, bad: &[usize]| {
        let mut bisect = Bisect::new(total);
        while let Some(batch) = bisect.next_batch() {
            if batch.clone().any(|row| bad.contains(&row)) {
                bisect.handle_refused(refusal())
            } else {
                bisect.handle_accepted()
            }
        }
        bisect.all_refused()
    };
    let many: Vec<usize> = (0..MANY).collect();
    assert!(all_refused(MANY, &many));
    assert!(!all_refused(MANY, &many[1..]));
    // The good rows of a few may have been written before.
    assert!(!all_refused(2, &[0, 1]));
    assert!(!all_refused(1, &[0]));
}
