//! How far a case has come: the states of the pack's workflows and the steps of its route.

use crate::pack::{Pack, Transition, Workflow};
use std::collections::BTreeSet;

/// Where one case stands, and what may happen next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The state of each workflow that has begun, in the pack's order.
    pub states: Vec<String>,
    /// The steps of the route that are done, in order.
    pub done: Vec<String>,
    /// What may happen next.
    pub allowed: Vec<Step>,
}

/// One thing a person may do with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub event: String,
    /// Who does it, as the pack says.
    pub actor: String,
    /// The state it leads to; of a step of the route, its own name.
    pub to: String,
    /// Id or stage of the window it belongs to.
    pub window: Option<String>,
    /// The pack asks for an opinion in words.
    pub needs_opinion: bool,
    /// The pack asks for scans, because it is the first step of the route.
    pub needs_scans: bool,
    /// Code of what is said when it is taken.
    pub says: Option<String>,
}

/// Why an event cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Neither an event of a workflow nor a step of a route of this pack.
    Unknown,
    /// The route decides, and it is not known (RT-101).
    NoRoute,
    /// Not in this state (RT-115, or what the pack says instead); the state or the last step.
    NotNow(String, Option<String>),
}

/// The machine of one case.
#[derive(Debug)]
pub struct Machine<'a> {
    pack: &'a Pack,
    route: &'a [String],
    flows: Vec<Flow<'a>>,
    done: Vec<String>,
}

#[derive(Debug)]
struct Flow<'a> {
    workflow: &'a Workflow,
    steps: Vec<(String, Step)>,
    state: String,
}

impl<'a> Machine<'a> {
    /// A case of `level` with its `route` (empty: unknown), as the drop left it.
    pub fn new(pack: &'a Pack, level: &str, route: &'a [String]) -> Self {
        let applies = |w: &&Workflow| w.levels.is_empty() || w.levels.iter().any(|l| l == level);
        let flows = pack.workflow.iter().filter(applies).map(|workflow| {
            let mut steps: Vec<(String, Step)> =
                workflow.transitions.iter().flat_map(|t| expand(t, route)).collect();
            if workflow.pay_step == Some(false) {
                without_payment(&mut steps);
            }
            let state = start(pack, workflow, &steps);
            Flow { workflow, steps, state }
        });
        Self { pack, route, flows: flows.collect(), done: Vec::new() }
    }

    /// A case that goes back before any step was taken: where the pack names a state for it, the
    /// drop does not count as handed in.
    pub fn send_back(&mut self) {
        for flow in &mut self.flows {
            if let Some(state) = &flow.workflow.returned {
                flow.state.clone_from(state);
            }
        }
    }

    /// Repeats a recorded step; one the pack no longer allows still leads where it led.
    pub fn replay(&mut self, event: &str, to: &str) {
        let leads =
            |flow: &&mut Flow<'_>| flow.allowed().any(|step| step.event == event && step.to == to);
        if let Some(flow) = self.flows.iter_mut().find(leads) {
            to.clone_into(&mut flow.state);
        } else if self.route.iter().any(|step| step == event) {
            self.done.push(event.to_owned());
        } else if let Some(flow) =
            self.flows.iter_mut().find(|flow| flow.workflow.states.iter().any(|s| s == to))
        {
            to.clone_into(&mut flow.state);
        }
    }

    /// The step an event names, when it may be taken now.
    ///
    /// # Errors
    /// Why it may not.
    pub fn step(&self, event: &str) -> Result<Step, Refused> {
        if let Some(step) = self.open().flat_map(Flow::allowed).find(|step| step.event == event) {
            return Ok(step.clone());
        }
        if let Some(at) = self.route.iter().position(|step| step == event) {
            if at == self.done.len() {
                return Ok(chain_step(event));
            }
            let last = self.done.last().map_or("申报", String::as_str);
            return Err(Refused::NotNow(last.to_owned(), None));
        }
        let of_flow = |flow: &&Flow<'_>| flow.steps.iter().any(|(_, step)| step.event == event);
        if let Some(flow) = self.flows.iter().find(of_flow) {
            let transitions = &flow.workflow.transitions;
            let said =
                transitions.iter().find(|t| t.event == event).and_then(|t| t.finding.clone());
            return Err(Refused::NotNow(self.stands(flow), said));
        }
        Err(self.nowhere(event))
    }

    fn nowhere(&self, event: &str) -> Refused {
        let in_route = self.pack.routes.iter().any(|r| r.steps.iter().any(|s| s == event));
        let named = self.flows.iter().any(|flow| {
            let list = &flow.workflow.transitions;
            list.iter().any(|t| t.event == event)
        });
        match (in_route || named, self.route.is_empty()) {
            (true, true) => Refused::NoRoute,
            (true, false) => {
                let last = self.done.last().cloned().unwrap_or_else(|| "申报".to_owned());
                Refused::NotNow(last, None)
            }
            (false, _) => Refused::Unknown,
        }
    }

    /// The workflows that may go on: what they come after is reached.
    fn open(&self) -> impl Iterator<Item = &Flow<'a>> {
        self.flows.iter().filter(|flow| self.is_open(flow))
    }

    fn is_open(&self, flow: &Flow<'a>) -> bool {
        let after = &flow.workflow.after;
        after.is_empty() || self.flows.iter().any(|other| after.contains(&other.state))
    }

    /// Where a workflow stands; of one that may not begin yet, where what it comes after stands.
    fn stands(&self, flow: &Flow<'a>) -> String {
        let before = |other: &&Flow<'a>| {
            other.workflow.states.iter().any(|state| flow.workflow.after.contains(state))
        };
        let waits_for = self.flows.iter().find(before).filter(|_| !self.is_open(flow));
        waits_for.unwrap_or(flow).state.clone()
    }

    /// What keeps the paper of a case out: the code of a step that takes paper in and cannot be
    /// taken yet. `None` when the paper may come, or came already.
    pub fn paper_barred(&self) -> Option<String> {
        let takes = |t: &&Transition| {
            let window = t.window.as_deref();
            window.is_some_and(|name| on_paper(self.pack, name)) && t.finding.is_some()
        };
        let mut steps = self.flows.iter().flat_map(|flow| {
            let own = flow.workflow.transitions.iter().filter(takes);
            own.map(move |t| (flow, t))
        });
        let barred = steps.find(|(flow, t)| {
            let at = |state: &str| flow.workflow.states.iter().position(|s| s == state);
            // states are written in the order in which a case goes through them
            at(&flow.state) < at(&t.from)
        });
        barred.and_then(|(_, t)| t.finding.clone())
    }

    /// Where the case stands.
    pub fn standing(&self) -> Standing {
        let mut allowed: Vec<Step> = self.open().flat_map(Flow::allowed).cloned().collect();
        allowed.extend(self.route.get(self.done.len()).map(|step| chain_step(step)));
        Standing {
            states: self
                .flows
                .iter()
                .filter(|flow| {
                    self.is_open(flow) || Some(&flow.state) != flow.workflow.states.first()
                })
                .map(|flow| flow.state.clone())
                .collect(),
            done: self.done.clone(),
            allowed,
        }
    }
}

impl Flow<'_> {
    fn allowed(&self) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|(from, step)| *from == self.state || (from == "*" && step.to != self.state))
            .map(|(_, step)| step)
    }
}

/// A step into a state of waiting for payment leads where the payment would have led.
fn without_payment(steps: &mut Vec<(String, Step)>) {
    let paid: Vec<(String, String)> = steps
        .iter()
        .filter(|(from, _)| from.contains("缴费"))
        .map(|(from, step)| (from.clone(), step.to.clone()))
        .collect();
    steps.retain(|(from, _)| !from.contains("缴费"));
    for (_, step) in steps.iter_mut() {
        if let Some((_, to)) = paid.iter().find(|(waiting, _)| *waiting == step.to) {
            step.to.clone_from(to);
        }
    }
}

fn chain_step(event: &str) -> Step {
    Step {
        event: event.to_owned(),
        actor: event.to_owned(),
        to: event.to_owned(),
        window: None,
        needs_opinion: false,
        needs_scans: false,
        says: None,
    }
}

/// What the pack places in the register window was done by whoever handed in: the drop is the proof.
fn start(pack: &Pack, workflow: &Workflow, steps: &[(String, Step)]) -> String {
    let mut state = workflow.states.first().cloned().unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut sender: Option<&str> = None;
    while seen.insert(state.clone()) {
        let by_sender = |(from, step): &&(String, Step)| {
            *from == state
                && sender.is_none_or(|name| name == step.actor)
                && step.window.as_deref().is_some_and(|name| registers(pack, name))
        };
        let Some((_, step)) = steps.iter().find(by_sender) else { break };
        sender = Some(&step.actor);
        state.clone_from(&step.to);
    }
    state
}

fn on_paper(pack: &Pack, window: &str) -> bool {
    pack.windows.iter().any(|w| w.stage == "paper" && (w.id == window || w.stage == window))
}

fn registers(pack: &Pack, window: &str) -> bool {
    pack.windows.iter().any(|w| w.stage == "register" && (w.id == window || w.stage == window))
}

/// A transition with `{step}`, `{next}`, `{first}`, `{last}` filled in: none where the route is
/// unknown, one for every step of it otherwise.
fn expand(transition: &Transition, route: &[String]) -> Vec<(String, Step)> {
    let texts = [&transition.from, &transition.actor, &transition.to];
    let has = |what: &str| texts.iter().any(|text| text.contains(what));
    let needs = |what: &str| transition.needs.iter().any(|need| need == what);
    let first_only = needs("upload_if_first");
    let fill = |at: Option<usize>| -> Option<(String, Step)> {
        let put = |text: &str| -> Option<String> {
            let mut out = text.to_owned();
            let words = [
                ("{step}", at.and_then(|i| route.get(i))),
                ("{next}", at.and_then(|i| route.get(i + 1))),
                ("{first}", route.first()),
                ("{last}", route.last()),
            ];
            for (place, value) in words {
                if out.contains(place) {
                    out = out.replace(place, value?);
                }
            }
            Some(out)
        };
        let from = put(&transition.from)?;
        let is_first = route.first().is_some_and(|f| from.contains(f.as_str()));
        let step = Step {
            event: transition.event.clone(),
            actor: put(&transition.actor)?,
            to: put(&transition.to)?,
            window: transition.window.clone(),
            needs_opinion: needs("opinion"),
            needs_scans: first_only && is_first,
            says: transition.says.clone(),
        };
        Some((from, step))
    };
    if has("{step}") || has("{next}") {
        (0..route.len()).filter_map(|at| fill(Some(at))).collect()
    } else {
        fill(None).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(workflow: &str) -> Pack {
        let text = format!(
            "schema = \"circular-pack/1\"\n[circular]\nid = \"x\"\ntitle = \"t\"\nissuer = \"i\"\nyear = 2019\nlevels = [\"技师\"]\n{workflow}"
        );
        toml::from_str(&text).unwrap()
    }

    const STEPS: &str = r#"
[[window]]
id = "online"
stage = "register"
clause = "一"
[workflow]
states = ["待提交", "待审核", "审核已通过", "审核未通过"]
transitions = [
  { from = "待提交", event = "提交审核", actor = "单位", to = "待{first}审核", window = "online" },
  { from = "待{step}审核", event = "审核通过", actor = "{step}", to = "待{next}审核", needs = ["upload_if_first"] },
  { from = "待{last}审核", event = "审核通过", actor = "{last}", to = "审核已通过" },
  { from = "待{step}审核", event = "审核不通过", actor = "{step}", to = "审核未通过", needs = ["opinion"] },
]
[[route]]
id = "r"
default = true
steps = ["区", "市"]
"#;

    #[test]
    fn the_drop_does_what_the_register_window_holds() {
        let pack = pack(STEPS);
        let route = ["区".to_owned(), "市".to_owned()];
        let machine = Machine::new(&pack, "技师", &route);
        assert_eq!(machine.standing().states, ["待区审核"]);
    }

    #[test]
    fn steps_run_over_the_route_to_the_end() {
        let pack = pack(STEPS);
        let route = ["区".to_owned(), "市".to_owned()];
        let mut machine = Machine::new(&pack, "技师", &route);
        let first = machine.step("审核通过").unwrap();
        assert_eq!((first.to.as_str(), first.needs_scans), ("待市审核", true));
        assert!(machine.step("审核不通过").unwrap().needs_opinion);
        machine.replay("审核通过", "待市审核");
        let last = machine.step("审核通过").unwrap();
        assert_eq!((last.to.as_str(), last.needs_scans), ("审核已通过", false));
        machine.replay("审核通过", "审核已通过");
        assert_eq!(machine.step("审核通过"), Err(Refused::NotNow("审核已通过".into(), None)));
        assert_eq!(machine.standing().states, ["审核已通过"]);
    }

    #[test]
    fn the_steps_of_the_route_come_in_order() {
        let pack = pack(STEPS);
        let route = ["区".to_owned(), "市".to_owned()];
        let mut machine = Machine::new(&pack, "技师", &route);
        assert_eq!(machine.step("市"), Err(Refused::NotNow("申报".into(), None)));
        assert_eq!(machine.step("区").unwrap().to, "区");
        machine.replay("区", "区");
        assert!(machine.step("市").is_ok());
        assert_eq!(machine.standing().done, ["区"]);
    }

    #[test]
    fn without_a_step_of_payment_the_way_goes_on() {
        let flow = |pay: bool| {
            format!(
                r#"
[workflow]
states = ["待确认", "待缴费确认", "已报名"]
pay_step = {pay}
transitions = [
  {{ from = "待确认", event = "审核通过", to = "待缴费确认" }},
  {{ from = "待缴费确认", event = "缴费确认", to = "已报名" }},
]
"#
            )
        };
        for (pay, to) in [(true, "待缴费确认"), (false, "已报名")] {
            let pack = pack(&flow(pay));
            let machine = Machine::new(&pack, "技师", &[]);
            assert_eq!(machine.step("审核通过").unwrap().to, to);
            assert!(machine.step("缴费确认").is_err());
        }
    }

    #[test]
    fn an_unknown_route_and_an_unknown_event() {
        let pack = pack(STEPS);
        let machine = Machine::new(&pack, "技师", &[]);
        assert_eq!(machine.step("审核通过"), Err(Refused::NoRoute));
        assert_eq!(machine.step("区"), Err(Refused::NoRoute));
        assert_eq!(machine.step("盖章"), Err(Refused::Unknown));
    }
}
