use proptest::prelude::*;

use super::*;

const NOW: Moment = Moment(1_000_000_000);

fn people(count: i64) -> Vec<RecordId> {
    (1..=count).map(RecordId).collect()
}

fn round(asks: &[(i64, Need, bool, i64)]) -> Round {
    let mut round = Round::default();
    for (stage, need, ends_at_once, count) in asks {
        let ask = Ask { stage: *stage, need: *need, ends_at_once: *ends_at_once, ..Ask::default() };
        round.add(ask, &people(*count));
    }
    round.settle(NOW);
    round
}

fn says(round: &mut Round, person: i64, agrees: bool) -> Result<Verdict, Refused> {
    round.answer(&[RecordId(person)], RecordId(person), agrees, "because", NOW)?;
    Ok(round.settle(NOW))
}

#[test]
fn one_of_many_is_enough_where_any_may_agree_and_the_others_are_released() {
    let mut round = round(&[(1, Need::Any, true, 3)]);
    assert_eq!(round.pending(), people(3));
    assert_eq!(says(&mut round, 2, true), Ok(Verdict::Approved));
    assert_eq!(round.pending(), []);
    let said: Vec<Said> = round.answers.iter().map(|answer| answer.said).collect();
    assert_eq!(said, [Said::Released, Said::Approved, Said::Released]);
    assert_eq!(says(&mut round, 1, true), Err(Refused::NotNow));
}

#[test]
fn all_must_agree_where_all_are_needed_and_one_refusal_ends_it() {
    let mut round = round(&[(1, Need::All, true, 2)]);
    assert_eq!(says(&mut round, 1, true), Ok(Verdict::Open));
    assert_eq!(says(&mut round, 1, true), Err(Refused::Answered));
    assert_eq!(says(&mut round, 2, false), Ok(Verdict::Refused));
    assert_eq!(round.refusal().map(|answer| answer.reason.as_str()), Some("because"));
}

#[test]
fn a_quorum_stands_a_refusal_as_long_as_it_can_be_reached() {
    let mut round = round(&[(1, Need::Number(2), false, 3)]);
    assert_eq!(says(&mut round, 1, false), Ok(Verdict::Open));
    assert_eq!(says(&mut round, 2, true), Ok(Verdict::Open));
    assert_eq!(says(&mut round, 3, false), Ok(Verdict::Refused));
}

#[test]
fn a_share_is_rounded_up() {
    let mut round = round(&[(1, Need::Share(50), false, 3)]);
    assert_eq!(says(&mut round, 1, true), Ok(Verdict::Open));
    assert_eq!(says(&mut round, 3, true), Ok(Verdict::Approved));
}

#[test]
fn stages_follow_each_other_and_those_of_one_stage_are_asked_together() {
    let mut round = Round::default();
    round.add(Ask { stage: 2, within: Some(60), ..Ask::default() }, &[RecordId(9)]);
    round.add(Ask { stage: 1, ..Ask::default() }, &[RecordId(1)]);
    round.add(Ask { stage: 1, ..Ask::default() }, &[RecordId(2)]);
    round.settle(NOW);
    assert_eq!(round.pending(), [RecordId(1), RecordId(2)]);
    assert_eq!(round.asks[0].asked_at, None, "a later stage has not begun");
    assert_eq!(says(&mut round, 9, true), Err(Refused::NotNow));
    assert_eq!(says(&mut round, 1, true), Ok(Verdict::Open));
    assert_eq!(round.pending(), [RecordId(2)]);
    assert_eq!(says(&mut round, 2, true), Ok(Verdict::Open));
    assert_eq!(round.pending(), [RecordId(9)]);
    assert_eq!(round.due_at(), Some(NOW.plus_seconds(60)));
    assert_eq!(says(&mut round, 9, true), Ok(Verdict::Approved));
}

#[test]
fn a_question_to_nobody_is_never_met() {
    let mut round = round(&[(1, Need::All, true, 0)]);
    assert_eq!(round.verdict(), Verdict::Open);
    round.ask_also(1, &[RecordId(5)]);
    assert_eq!(says(&mut round, 5, true), Ok(Verdict::Approved));
}

#[test]
fn reasons_are_asked_for() {
    let mut round = Round::default();
    round.add(Ask { stage: 1, always_reason: true, ..Ask::default() }, &[RecordId(1)]);
    round.settle(NOW);
    let mut told = |agrees: bool, reason: &str| round.answer(&people(1), RecordId(1), agrees, reason, NOW);
    assert_eq!(told(false, " "), Err(Refused::Reason));
    assert_eq!(told(true, ""), Err(Refused::Reason));
    assert_eq!(told(true, "budgeted"), Ok(()));
}

#[test]
fn who_stands_in_answers_for_the_one_who_is_asked() {
    let mut round = round(&[(1, Need::Any, true, 1)]);
    let both = [RecordId(7), RecordId(1)];
    assert_eq!(round.answer(&both, RecordId(7), true, "", NOW), Ok(()));
    assert_eq!((round.answers[0].person, round.answers[0].by), (RecordId(1), Some(RecordId(7))));
}

#[test]
fn one_head_has_one_voice_where_a_number_is_needed() {
    // 2 is away, and 1 stands in for them.
    let stand_ins = BTreeMap::from([(RecordId(1), vec![RecordId(2)])]);
    let both = [RecordId(1), RecordId(2)];
    let mut number = round(&[(1, Need::Number(2), false, 3)]);
    assert_eq!(number.answer(&both, RecordId(1), true, "", NOW), Ok(()));
    assert_eq!(number.settle(NOW), Verdict::Open, "two heads are wanted");
    assert_eq!(number.answer(&both, RecordId(1), true, "", NOW), Err(Refused::Answered));
    assert_eq!(number.deciders(&stand_ins), [RecordId(2), RecordId(3)], "1 has spoken");
    assert_eq!(says(&mut number, 3, true), Ok(Verdict::Approved));
    // Somebody who is not asked has one voice as well, for however many.
    let mut number = round(&[(1, Need::Number(2), false, 2)]);
    assert_eq!(number.answer(&both, RecordId(9), true, "", NOW), Ok(()));
    assert_eq!(number.settle(NOW), Verdict::Open);
    assert_eq!(number.answer(&both, RecordId(9), true, "", NOW), Err(Refused::Answered));
    // Where everybody must agree, who stands in speaks for whom is away.
    let mut all = round(&[(1, Need::All, true, 2)]);
    assert_eq!(all.answer(&both, RecordId(1), true, "", NOW), Ok(()));
    assert_eq!(all.settle(NOW), Verdict::Approved);
}

#[test]
fn who_is_gone_is_replaced_and_their_answers_stay() {
    let mut round = round(&[(1, Need::All, true, 2), (2, Need::Any, true, 1)]);
    assert_eq!(says(&mut round, 1, true), Ok(Verdict::Open));
    round.replace(RecordId(1), Some(RecordId(7)));
    round.replace(RecordId(2), None);
    assert_eq!(round.settle(NOW), Verdict::Open);
    assert_eq!(round.pending(), [RecordId(7)], "1 had agreed in the first stage, and 7 is asked in the second");
    round.replace(RecordId(7), None);
    assert_eq!((round.settle(NOW), round.pending()), (Verdict::Open, Vec::new()), "nobody is no consent");
}

#[test]
fn a_question_that_lapses_is_refused() {
    let mut round = round(&[(1, Need::Number(2), false, 3)]);
    round.lapse(1, "Too late", NOW);
    assert_eq!(round.settle(NOW), Verdict::Refused);
    assert_eq!(round.refusal().map(|answer| (answer.by, answer.reason.as_str())), Some((None, "Too late")));
}

#[test]
fn reminders_come_from_the_last_one_on() {
    let mut round = Round::default();
    let ask = Ask { stage: 1, remind_every: Some(100), within: Some(1000), when_late: Late::Refuse, ..Ask::default() };
    round.add(ask, &[RecordId(1)]);
    round.settle(NOW);
    assert_eq!(round.look_at(), Some(NOW.plus_seconds(100)));
    round.asks[0].reminded_at = Some(NOW.plus_seconds(950));
    assert_eq!(round.look_at(), Some(NOW.plus_seconds(1000)));
}

fn record(fields: Fields) -> Record {
    Record {
        id: RecordId(1),
        kind: "approval".to_owned(),
        number: "APR0000001".to_owned(),
        revision: 1,
        state: "open".to_owned(),
        organisation: RecordId(1),
        created_at: NOW,
        updated_at: NOW,
        created_by: RecordId(1),
        fields: fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        watchers: Vec::new(),
        dues: steward_model::record::Dues::default(),
    }
}

fn need() -> impl Strategy<Value = Need> {
    prop_oneof![
        Just(Need::Any),
        Just(Need::All),
        (1..6_i64).prop_map(Need::Number),
        (1..=100_i64).prop_map(Need::Share)
    ]
}

proptest! {
    /// Whatever is said in whatever order: a verdict never changes once it fell, somebody can always go on while there is
    /// none, and the tables keep all of it.
    #[test]
    fn a_round_ends_once_and_is_read_as_it_was_written(
        asks in prop::collection::vec((1..4_i64, need(), any::<bool>(), 1..5_i64), 1..5),
        said in prop::collection::vec((1..5_i64, any::<bool>()), 0..40),
    ) {
        let mut round = round(&asks);
        let mut ended = None;
        for (person, agrees) in said {
            let before = round.clone();
            match says(&mut round, person, agrees) {
                Ok(verdict) => {
                    prop_assert_eq!(ended, None, "an answer was taken after the end");
                    ended = Some(verdict).filter(|verdict| *verdict != Verdict::Open);
                }
                Err(_) => prop_assert_eq!(&before, &round, "a refused answer changes nothing"),
            }
            prop_assert_eq!(round.verdict() == Verdict::Open, !round.pending().is_empty());
        }
        prop_assert_eq!(Round::of(&record(round.fields())), round);
    }
}
