//! The graph that steps make: what comes after what, circles, and in which column a step is drawn.

use std::collections::{HashMap, HashSet};

use crate::step::Step;

/// The steps' places by their key; the first one of those with the same.
pub fn places(steps: &[Step]) -> HashMap<&str, usize> {
    let mut places = HashMap::new();
    for (place, step) in steps.iter().enumerate() {
        places.entry(step.key.as_str()).or_insert(place);
    }
    places
}

/// For each step the places of those that it comes after. Keys that lead nowhere are left out.
pub fn before(steps: &[Step]) -> Vec<Vec<usize>> {
    let places = places(steps);
    let of = |step: &Step| step.after.iter().filter_map(|key| places.get(key.as_str()).copied()).collect();
    steps.iter().map(of).collect()
}

/// The steps that others are taken back by: they are no part of the way, and begin only when the plan is cancelled.
pub fn undoing(steps: &[Step]) -> HashSet<usize> {
    let places = places(steps);
    let named = steps.iter().filter(|step| !step.undone_by.is_empty());
    named.filter_map(|step| places.get(step.undone_by.as_str()).copied()).collect()
}

/// An order in which every step comes after those before it.
///
/// # Errors
/// The places of steps that come after each other in a circle, in that order.
pub fn order(steps: &[Step]) -> Result<Vec<usize>, Vec<usize>> {
    let before = before(steps);
    let mut done = vec![false; steps.len()];
    let mut order = Vec::with_capacity(steps.len());
    while order.len() < steps.len() {
        let ready = |place: &usize| !done[*place] && before[*place].iter().all(|one| done[*one]);
        match (0..steps.len()).find(ready) {
            Some(place) => {
                done[place] = true;
                order.push(place);
            }
            None => return Err(circle(&before, &done)),
        }
    }
    Ok(order)
}

/// A circle among steps that are not done: going back from any of them leads into one.
fn circle(before: &[Vec<usize>], done: &[bool]) -> Vec<usize> {
    let mut way: Vec<usize> = Vec::new();
    let mut at = (0..before.len()).find(|place| !done[*place]).unwrap_or_default();
    loop {
        if let Some(start) = way.iter().position(|place| *place == at) {
            let mut circle = way.split_off(start);
            circle.reverse();
            return circle;
        }
        way.push(at);
        match before[at].iter().find(|one| !done[**one]) {
            Some(next) => at = *next,
            None => return way,
        }
    }
}

/// The column of each step: the longest way to it from a first one. Steps in a circle stay in the first.
pub fn layers(steps: &[Step]) -> Vec<usize> {
    let before = before(steps);
    let mut layers = vec![0; steps.len()];
    for place in order(steps).unwrap_or_default() {
        layers[place] = before[place].iter().map(|one| layers[*one] + 1).max().unwrap_or_default();
    }
    // What takes a step back stands beside what follows it.
    let places = places(steps);
    for (place, step) in steps.iter().enumerate() {
        if let Some(undo) = places.get(step.undone_by.as_str()).filter(|undo| before[**undo].is_empty()) {
            layers[*undo] = layers[place] + 1;
        }
    }
    layers
}
