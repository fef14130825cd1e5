//! Whether the parameters of a report's view are those of its dashboard.

use brisk_domain::{Dashboard, ViewState, parameter};
use brisk_toml_reader::suggestion;

/// The view that `pairs` stand for, or what is wrong and what is allowed. Unlike a page's address, a
/// report's view has no parameter that means nothing: a slip in the name of a variable would otherwise send
/// everything to everybody.
pub fn check(
    dashboard: &Dashboard,
    pairs: &[(String, String)],
) -> Result<ViewState, (String, Option<String>)> {
    let variables = || dashboard.variables.iter().map(|variable| variable.name.as_str());
    for (name, _) in pairs {
        let own = [parameter::RANGE, parameter::FROM, parameter::TO, parameter::INTERVAL];
        let is_of_variable = variables().any(|variable| parameter::is_of(name, variable));
        if own.contains(&name.as_str()) || is_of_variable {
            continue;
        }
        let shown: String = name.chars().take(60).collect();
        let message =
            format!("the view of dashboard \"{}\" has no parameter \"{shown}\"", dashboard.slug);
        let allowed: Vec<&str> = own.into_iter().chain(variables()).collect();
        return Err((message, Some(suggestion(name, &allowed))));
    }
    ViewState::from_pairs(dashboard, pairs).map_err(|error| (error.to_string(), None))
}
