//! The approval chain, tried in the order of the pack.

use super::case::{Case, Docket};
use super::predicate::{leaves, truth};
use crate::diag::Finding;
use crate::pack::{Route, fact_label};

/// The steps of the route; empty when an unknown fact decides (RT-101).
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) -> Vec<String> {
    let routes = &case.pack.routes;
    for route in routes.iter().filter(|r| !r.default) {
        let Some(when) = &route.when else { continue };
        match truth(when, case) {
            Some(true) => return taken(route, case, docket),
            Some(false) => {}
            None => {
                let unknown = leaves(when).into_iter().filter(|leaf| truth(leaf, case).is_none());
                let mut keys: Vec<String> =
                    unknown.filter_map(|l| l.fact.as_deref()).map(fact_label).collect();
                keys.dedup();
                let finding = Finding::new("RT-101", case.row())
                    .arg("unit", &case.applicant.unit)
                    .arg("key", keys.join("、"))
                    .clause(&route.clause);
                docket.say(finding.build());
                return Vec::new();
            }
        }
    }
    routes.iter().find(|r| r.default).map_or_else(Vec::new, |route| taken(route, case, docket))
}

fn taken(route: &Route, case: &Case<'_>, docket: &mut Docket) -> Vec<String> {
    let steps = route.steps.join(" → ");
    docket
        .say(Finding::new("RT-102", case.row()).arg("steps", steps).clause(&route.clause).build());
    if let Some(code) = &route.finding {
        let finding = Finding::new(code, case.row()).arg("area", case.shown("unit.area"));
        docket.say(finding.clause(&route.clause).build());
    }
    route.steps.clone()
}
