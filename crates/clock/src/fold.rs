//! The fold: what each entry of a journal does to the clocks of its record.

use steward_model::apply::{FoldError, apply};
use steward_model::carry::in_present_words;
use steward_model::event::{Act, Audience, Cause, Door, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::book::{Book, Chosen};
use crate::clock::{Clock, MOST_MARKS, Mark, Reached, State, What};
use crate::definition::{Metric, Restart, Sort, Target};
use crate::hours::whole_second;
use crate::steps::moment_of;

/// An entry of a journal with the record after it, as clocks look at it.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// When it happened.
    pub at: Moment,
    /// Its place in the journal.
    pub seq: Revision,
    /// Who did it.
    pub actor: RecordId,
    /// The way it came in.
    pub door: Door,
    /// What led to it.
    pub cause: Option<&'a Cause>,
    /// Somebody other than the requester wrote to the requester.
    pub is_word: bool,
    /// The record after it.
    pub record: &'a Record,
}

impl<'a> Entry<'a> {
    /// An event with the record that it led to.
    pub fn of(event: &'a Event, record: &'a Record) -> Self {
        let is_public = matches!(event.act, Act::Commented { audience: Audience::Public, .. });
        Self {
            at: event.at,
            seq: event.seq,
            actor: event.actor,
            door: event.door,
            cause: event.cause.as_ref(),
            is_word: is_public && record.reference("requester") != Some(event.actor),
            record,
        }
    }
}

/// What came before does matter: the whole journal must be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedsJournal;

impl Book {
    /// The clocks that a whole journal gives, by slot ascending.
    ///
    /// # Errors
    /// When the journal cannot be folded; one that was not tampered with never gives one.
    pub fn fold(&self, kind: &Kind, events: &[Event]) -> Result<Vec<Clock>, FoldError> {
        let looks_back = self.looks_back(&kind.key);
        let events = in_present_words(kind, events);
        let (mut clocks, mut past, mut record) = (Vec::new(), Vec::new(), None);
        for event in events.iter() {
            let after = apply(record.take(), event)?;
            // What the record says is the same in other words.
            if matches!(event.act, Act::Carried { .. }) {
                record = Some(after);
                continue;
            }
            // Nobody looks back where the whole past is at hand, so it never asks for more.
            let _ = self.advance(kind, &mut clocks, &Entry::of(event, &after), Some(&past));
            if looks_back {
                past.push((event, after.clone()));
            }
            record = Some(after);
        }
        Ok(clocks)
    }

    /// Takes the clocks of a record one entry further. `past` holds the entries before, where they are at hand.
    ///
    /// # Errors
    /// When the entries before are needed and are not at hand; the clocks are of no use then.
    pub fn advance(
        &self,
        kind: &Kind,
        clocks: &mut Vec<Clock>,
        entry: &Entry<'_>,
        past: Option<&[(&Event, Record)]>,
    ) -> Result<(), NeedsJournal> {
        let at = whole_second(entry.at);
        for clock in clocks.iter_mut() {
            self.settle(clock, at);
        }
        let wanted = self.choose(kind, entry.record);
        for clock in clocks.iter_mut().filter(|clock| !wanted.contains_key(&clock.slot)) {
            self.unwanted(clock, kind, entry);
        }
        for (slot, chosen) in wanted {
            match clocks.iter_mut().find(|clock| clock.slot == slot) {
                Some(clock) => self.step(clock, &chosen, kind, entry, past)?,
                None => clocks.extend(self.begin(&chosen, kind, entry, past)?),
            }
        }
        clocks.sort_by(|one, other| one.slot.cmp(&other.slot));
        Ok(())
    }

    /// What time alone did to a clock up to a moment.
    pub fn settle(&self, clock: &mut Clock, at: Moment) {
        if let (State::Paused, Some(resumes)) = (clock.state, clock.resumes_at)
            && resumes <= at
        {
            self.bank(clock, resumes);
            clock.state = State::Running;
            self.aim(clock);
            self.mark(clock, resumes, What::PauseLimit, None);
        }
        if clock.state != State::Running {
            return;
        }
        if let Some(target) = self.target(clock.target) {
            let hours = self.hours(clock.calendar);
            let mut come: Vec<_> = target
                .steps
                .iter()
                .filter(|step| !clock.reached.iter().any(|reached| reached.step == step.key))
                .filter_map(|step| Some((moment_of(step, clock, hours)?, step)))
                .filter(|(moment, _)| *moment <= at)
                .collect();
            come.sort_by_key(|(moment, step)| (*moment, step.order));
            clock.reached.extend(come.into_iter().map(|(at, step)| Reached { step: step.key.clone(), at }));
        }
        if let (None, Some(due)) = (clock.breached_at, clock.due_at)
            && due < at
        {
            clock.breached_at = Some(due);
            self.mark(clock, due, What::Breached, None);
        }
    }

    fn begin(
        &self,
        chosen: &Chosen<'_>,
        kind: &Kind,
        entry: &Entry<'_>,
        past: Option<&[(&Event, Record)]>,
    ) -> Result<Option<Clock>, NeedsJournal> {
        if !begins(chosen.target, kind, entry.record) {
            return Ok(None);
        }
        if chosen.target.retroactive && entry.seq > 1 {
            return Ok(self.replay(chosen, kind, entry, past.ok_or(NeedsJournal)?));
        }
        Ok(Some(self.born(chosen, kind, entry)))
    }

    /// The clock as it would be had the target applied since the record began.
    fn replay(&self, chosen: &Chosen<'_>, kind: &Kind, entry: &Entry<'_>, past: &[(&Event, Record)]) -> Option<Clock> {
        let mut clock: Option<Clock> = None;
        let earlier = past.iter().map(|(event, record)| Entry::of(event, record));
        for entry in earlier.chain([entry.clone()]) {
            match &mut clock {
                Some(clock) => {
                    self.settle(clock, whole_second(entry.at));
                    // It is always the same target, so nothing before is asked for.
                    let _ = self.step(clock, chosen, kind, &entry, None);
                }
                None if begins(chosen.target, kind, entry.record) => clock = Some(self.born(chosen, kind, &entry)),
                None => {}
            }
        }
        if let Some(Mark { what: What::Started { retroactive, .. }, seq, .. }) =
            clock.as_mut().and_then(|clock| clock.marks.first_mut())
        {
            *retroactive = *seq < entry.seq;
        }
        clock
    }

    /// A clock that begins with this entry.
    fn born(&self, chosen: &Chosen<'_>, kind: &Kind, entry: &Entry<'_>) -> Clock {
        let at = whole_second(entry.at);
        let mut clock = Clock {
            slot: chosen.slot.clone(),
            sort: chosen.agreement.sort,
            metric: chosen.target.metric,
            agreement: chosen.agreement.id,
            target: chosen.target.id,
            calendar: chosen.calendar,
            state: State::Running,
            value: chosen.value,
            started_at: at,
            since: at,
            elapsed: 0,
            elapsed_wall: 0,
            paused: 0,
            handed: 0,
            due_at: None,
            resumes_at: None,
            breached_at: None,
            ended_at: None,
            round: 0,
            reached: Vec::new(),
            kept: 0,
            missed: 0,
            reset_held: chosen.target.reset.matches_local(entry.record, kind),
            marked_elapsed: 0,
            marked_paused: 0,
            marks: Vec::new(),
        };
        self.aim(&mut clock);
        self.mark(&mut clock, at, What::Started { value: chosen.value, retroactive: false }, Some(entry));
        self.follow(&mut clock, chosen.target, kind, entry, at);
        clock
    }

    fn step(
        &self,
        clock: &mut Clock,
        chosen: &Chosen<'_>,
        kind: &Kind,
        entry: &Entry<'_>,
        past: Option<&[(&Event, Record)]>,
    ) -> Result<(), NeedsJournal> {
        let at = whole_second(entry.at).max(clock.since);
        let target = chosen.target;
        let reset_holds = target.reset.matches_local(entry.record, kind);
        let is_reset = reset_holds && !clock.reset_held || target.metric == Metric::Update && entry.is_word;
        clock.reset_held = reset_holds;
        if clock.state.is_over() {
            let stops = target.stop.matches_local(entry.record, kind);
            if begins(target, kind, entry.record) && !stops {
                self.restart(clock, chosen, entry, at);
                self.follow(clock, target, kind, entry, at);
            }
            return Ok(());
        }
        if clock.target != target.id {
            self.switch(clock, chosen, kind, entry, past, at)?;
            if clock.state.is_over() {
                return Ok(());
            }
        }
        if (clock.value, clock.calendar) != (chosen.value, chosen.calendar) {
            self.bank(clock, at);
            let (value, calendar) = (clock.value, clock.calendar);
            (clock.value, clock.calendar) = (chosen.value, chosen.calendar);
            self.judge(clock);
            self.aim(clock);
            if calendar != clock.calendar {
                self.mark(clock, at, What::CalendarChanged { from: calendar, to: clock.calendar }, Some(entry));
            }
            if value != clock.value {
                self.mark(clock, at, What::Revalued { from: value, to: clock.value }, Some(entry));
            }
            self.break_now(clock, at);
        }
        if clock.state == State::Handed {
            self.bank(clock, at);
            clock.state = State::Running;
            self.aim(clock);
            self.mark(clock, at, What::Returned, Some(entry));
        }
        if is_reset && !ends(target, kind, entry.record) {
            self.bank(clock, at);
            self.close_round(clock);
            clock.state = State::Running;
            clock.since = at;
            self.aim(clock);
            self.mark(clock, at, What::Reset, Some(entry));
        }
        self.follow(clock, target, kind, entry, at);
        Ok(())
    }

    /// Goes by the conditions for ending and pausing.
    fn follow(&self, clock: &mut Clock, target: &Target, kind: &Kind, entry: &Entry<'_>, at: Moment) {
        let holds = |condition: &steward_model::filter::Filter| condition.matches_local(entry.record, kind);
        if holds(&target.cancel) {
            return self.end(clock, at, State::Cancelled, What::Cancelled, entry);
        }
        if holds(&target.stop) {
            return self.stop(clock, at, entry);
        }
        let may_pause = target.pause_limit.is_none_or(|limit| clock.paused < limit);
        match (clock.state, holds(&target.pause)) {
            (State::Running, true) if may_pause => {
                self.bank(clock, at);
                clock.state = State::Paused;
                self.aim(clock);
                self.mark(clock, at, What::Paused, Some(entry));
            }
            (State::Paused, false) => {
                self.bank(clock, at);
                clock.state = State::Running;
                self.aim(clock);
                self.mark(clock, at, What::Resumed, Some(entry));
            }
            _ => {}
        }
    }

    /// What an entry does to a clock that no target fills any more.
    fn unwanted(&self, clock: &mut Clock, kind: &Kind, entry: &Entry<'_>) {
        if clock.state.is_over() {
            return;
        }
        let at = whole_second(entry.at).max(clock.since);
        let target = self.target(clock.target);
        let is_held = |target: &&Target| {
            let in_force = self.agreement(target.agreement).is_some_and(|agreement| agreement.is_in_force());
            matches!(clock.sort, Sort::Ola | Sort::Uc) && target.is_active && in_force
        };
        match target.filter(is_held) {
            None => self.end(clock, at, State::Cancelled, What::Unpromised, entry),
            Some(target) if target.cancel.matches_local(entry.record, kind) => {
                self.end(clock, at, State::Cancelled, What::Cancelled, entry);
            }
            Some(target) if target.stop.matches_local(entry.record, kind) => self.stop(clock, at, entry),
            Some(_) if clock.state != State::Handed => {
                self.bank(clock, at);
                clock.state = State::Handed;
                self.aim(clock);
                self.mark(clock, at, What::HandedOver, Some(entry));
            }
            Some(_) => {}
        }
    }

    /// Goes over to another target of the same place: what was used stays used, or is counted anew by the new target.
    fn switch(
        &self,
        clock: &mut Clock,
        chosen: &Chosen<'_>,
        kind: &Kind,
        entry: &Entry<'_>,
        past: Option<&[(&Event, Record)]>,
        at: Moment,
    ) -> Result<(), NeedsJournal> {
        let from = clock.target;
        let recounted = chosen.target.retroactive;
        let what = What::Switched { from, to: chosen.target.id, value: chosen.value, recounted };
        if recounted {
            if let Some(counted) = self.replay(chosen, kind, entry, past.ok_or(NeedsJournal)?) {
                let (kept, missed, round) = (clock.kept, clock.missed, clock.round);
                *clock = Clock { kept, missed, round, ..counted };
                self.mark(clock, at, what, Some(entry));
            }
            return Ok(());
        }
        self.bank(clock, at);
        (clock.agreement, clock.target) = (chosen.agreement.id, chosen.target.id);
        (clock.value, clock.calendar, clock.metric) = (chosen.value, chosen.calendar, chosen.target.metric);
        self.judge(clock);
        self.aim(clock);
        self.mark(clock, at, what, Some(entry));
        self.break_now(clock, at);
        Ok(())
    }

    fn restart(&self, clock: &mut Clock, chosen: &Chosen<'_>, entry: &Entry<'_>, at: Moment) {
        let anew = chosen.target.restart == Restart::Anew || clock.state == State::Cancelled;
        if anew {
            self.close_round(clock);
            clock.started_at = at;
        } else if let Some(ended) = clock.ended_at {
            clock.paused += at.seconds_since(ended);
        }
        (clock.agreement, clock.target) = (chosen.agreement.id, chosen.target.id);
        (clock.value, clock.calendar) = (chosen.value, chosen.calendar);
        clock.ended_at = None;
        clock.since = at;
        clock.state = State::Running;
        self.judge(clock);
        self.aim(clock);
        self.mark(clock, at, What::Restarted { anew }, Some(entry));
        self.break_now(clock, at);
    }

    /// Puts the outcome of a round away and sets all that it counted to nothing.
    fn close_round(&self, clock: &mut Clock) {
        match (clock.state, clock.breached_at) {
            (State::Cancelled, _) => {}
            (_, None) => clock.kept += 1,
            (_, Some(_)) => clock.missed += 1,
        }
        clock.round += 1;
        clock.reached.clear();
        clock.breached_at = None;
        (clock.elapsed, clock.elapsed_wall, clock.paused, clock.handed) = (0, 0, 0, 0);
        (clock.marked_elapsed, clock.marked_paused) = (0, 0);
    }

    fn stop(&self, clock: &mut Clock, at: Moment, entry: &Entry<'_>) {
        let state = if clock.breached_at.is_some() { State::Breached } else { State::Achieved };
        self.end(clock, at, state, What::Stopped, entry);
    }

    fn end(&self, clock: &mut Clock, at: Moment, state: State, what: What, entry: &Entry<'_>) {
        self.bank(clock, at);
        clock.state = state;
        clock.ended_at = Some(at);
        self.aim(clock);
        self.mark(clock, at, what, Some(entry));
    }

    /// Adds what passed since the last change to the totals.
    fn bank(&self, clock: &mut Clock, at: Moment) {
        let at = at.max(clock.since);
        let passed = at.seconds_since(clock.since);
        match clock.state {
            State::Running => {
                clock.elapsed += self.hours(clock.calendar).between(clock.since, at);
                clock.elapsed_wall += passed;
            }
            State::Paused => clock.paused += passed,
            State::Handed => clock.handed += passed,
            State::Achieved | State::Breached | State::Cancelled => {}
        }
        clock.since = at;
    }

    /// Works out when the promise is broken if nothing changes.
    fn aim(&self, clock: &mut Clock) {
        (clock.due_at, clock.resumes_at) = (None, None);
        let due = |clock: &Clock, from| match (clock.breached_at, clock.value - clock.elapsed) {
            (Some(breached), _) => Some(breached),
            (None, left) if left > 0 => self.hours(clock.calendar).add(from, left),
            (None, _) => Some(from),
        };
        match clock.state {
            State::Running => clock.due_at = due(clock, clock.since),
            State::Paused => {
                if let Some(limit) = self.target(clock.target).and_then(|target| target.pause_limit) {
                    let resumes = clock.since.plus_seconds((limit - clock.paused).max(0));
                    clock.resumes_at = Some(resumes);
                    clock.due_at = due(clock, resumes);
                }
            }
            State::Handed | State::Achieved | State::Breached | State::Cancelled => {}
        }
    }

    /// A promise that became longer may be whole again.
    fn judge(&self, clock: &mut Clock) {
        if clock.elapsed <= clock.value {
            clock.breached_at = None;
        }
    }

    /// A promise that became shorter may be broken at once.
    fn break_now(&self, clock: &mut Clock, at: Moment) {
        if clock.elapsed > clock.value && clock.breached_at.is_none() {
            clock.breached_at = Some(at);
            self.aim(clock);
            self.mark(clock, at, What::Breached, None);
        }
    }

    fn mark(&self, clock: &mut Clock, at: Moment, what: What, entry: Option<&Entry<'_>>) {
        let (mut elapsed, mut paused) = (clock.elapsed, clock.paused);
        match clock.state {
            State::Running => elapsed += self.hours(clock.calendar).between(clock.since, at),
            State::Paused => paused += at.seconds_since(clock.since).max(0),
            _ => {}
        }
        let mark = Mark {
            at,
            what,
            seq: entry.map(|entry| entry.seq).unwrap_or_default(),
            actor: entry.map_or(RecordId::SYSTEM, |entry| entry.actor),
            door: entry.map(|entry| entry.door),
            cause: entry.and_then(|entry| entry.cause.cloned()),
            worked: elapsed - clock.marked_elapsed,
            paused: paused - clock.marked_paused,
            due_at: clock.due_at,
        };
        (clock.marked_elapsed, clock.marked_paused) = (elapsed, paused);
        clock.marks.push(mark);
        if clock.marks.len() > MOST_MARKS {
            clock.marks.remove(1);
        }
    }
}

fn begins(target: &Target, kind: &Kind, record: &Record) -> bool {
    target.start.matches_local(record, kind) && !target.cancel.matches_local(record, kind)
}

fn ends(target: &Target, kind: &Kind, record: &Record) -> bool {
    target.stop.matches_local(record, kind) || target.cancel.matches_local(record, kind)
}
