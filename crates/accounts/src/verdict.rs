//! [`verdict`]: the one place that decides who may do what. It judges what a request was parsed to mean,
//! never the text of its address.

use crate::image_scope::ImageScope;
use crate::role::Role;
use crate::token::{Scope, Scopes};
use brisk_domain::{Audience, Dashboard, FolderName, Slug, TeamName};
use std::collections::BTreeSet;

/// What an account's rights are decided by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Standing {
    /// What it looks after.
    pub role: Role,
    /// The teams that it is in.
    pub teams: BTreeSet<TeamName>,
    /// The folders that an editor looks after; `None` stands for the dashboards in no folder.
    pub folders: Folders,
}

/// Folders; `None` stands for the dashboards in no folder.
pub type Folders = BTreeSet<Option<FolderName>>;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// Whoever reaches a server that has no admin yet: it is open.
    Anybody,
    /// Somebody who has not signed in.
    Nobody,
    /// Somebody who has.
    Person(Standing),
    /// A program with a token of somebody's.
    Program(Standing, Scopes),
    /// Whoever has the signed address of an image: with the address's own rights, not those of who made it.
    Link(ImageScope),
    /// Somebody who has signed in, or their program, but has to set up a second factor before anything
    /// else.
    Unready,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'t> {
    /// What everybody may: the sign-in page, the health.
    Open,
    /// What a dashboard shows, in whatever form.
    Dashboard(&'t Slug, &'t Audience),
    /// What is behind it: statements, plans, the cache's entries, databases' own messages; and what its
    /// editors do about it: purge, warm, set how long its frames are shown.
    Behind(&'t Slug, &'t Audience, Option<&'t FolderName>),
    /// The pages for those who look after some dashboards, which show these.
    Tending,
    /// One's own account.
    Profile,
    /// Setting up the second factor that is required.
    Factor,
    /// Saying that data have changed; which tags may be named is decided by the token.
    Invalidation,
    /// Whatever admins do.
    Administration,
    /// The figures of the process.
    Metrics,
}

/// Whether a viewer may have a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Allowed,
    /// Somebody who has signed in might.
    SignIn,
    /// No: the answer is that of a target that does not exist.
    Hidden,
}

/// Whether `viewer` may have `target`.
pub fn verdict(viewer: &Viewer, target: Target<'_>) -> Verdict {
    let may = match viewer {
        // Without accounts there is no profile.
        Viewer::Anybody => !matches!(target, Target::Profile | Target::Factor),
        Viewer::Nobody => match target {
            Target::Open => true,
            Target::Dashboard(_, audience) => *audience == Audience::Public,
            _ => false,
        },
        Viewer::Person(standing) => standing.may(target),
        Viewer::Program(standing, scopes) => scopes.cover(target) && standing.may(target),
        Viewer::Link(scope) => match target {
            Target::Open => true,
            Target::Dashboard(slug, _) => scope.names(slug),
            _ => false,
        },
        // Not even what is public: first things first.
        Viewer::Unready => matches!(target, Target::Open | Target::Factor),
    };
    match (may, viewer) {
        (true, _) => Verdict::Allowed,
        (false, Viewer::Nobody) => Verdict::SignIn,
        (false, _) => Verdict::Hidden,
    }
}

impl Standing {
    fn may(&self, target: Target<'_>) -> bool {
        match target {
            Target::Open | Target::Profile | Target::Factor => true,
            Target::Dashboard(_, audience) => self.sees(audience),
            Target::Behind(_, audience, folder) => self.sees(audience) && self.tends(folder),
            Target::Tending => self.role == Role::Admin || self.is_tending(),
            Target::Invalidation => self.role >= Role::Editor,
            Target::Administration | Target::Metrics => self.role == Role::Admin,
        }
    }

    fn tends(&self, folder: Option<&FolderName>) -> bool {
        let is_own = |own: &Option<FolderName>| own.as_ref() == folder;
        self.role == Role::Admin || self.is_tending() && self.folders.iter().any(is_own)
    }

    fn is_tending(&self) -> bool {
        self.role >= Role::Editor && !self.folders.is_empty()
    }

    fn sees(&self, audience: &Audience) -> bool {
        match audience {
            Audience::Public | Audience::SignedIn => true,
            // Admins, who look after everything, see everything.
            Audience::Teams(teams) => {
                self.role == Role::Admin || teams.iter().any(|team| self.teams.contains(team))
            }
        }
    }
}

impl<'t> Target<'t> {
    /// What `dashboard` shows.
    pub fn of(dashboard: &'t Dashboard) -> Self {
        Self::Dashboard(&dashboard.slug, &dashboard.audience)
    }

    /// What is behind `dashboard`.
    pub fn behind(dashboard: &'t Dashboard) -> Self {
        let folder = dashboard.folder.as_ref().map(|folder| &folder.name);
        Self::Behind(&dashboard.slug, &dashboard.audience, folder)
    }
}

impl Scopes {
    fn cover(&self, target: Target<'_>) -> bool {
        self.0.iter().any(|scope| match (scope, target) {
            (_, Target::Open) => true,
            (Scope::Read(only), Target::Dashboard(slug, _)) => {
                only.is_empty() || only.contains(slug)
            }
            (Scope::Admin, target) => !matches!(target, Target::Profile | Target::Factor),
            (Scope::Invalidate(_), Target::Invalidation) | (Scope::Metrics, Target::Metrics) => {
                true
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn team(name: &str) -> TeamName {
        TeamName::parse(name).unwrap()
    }

    fn standing(role: Role, teams: &[&str]) -> Standing {
        let teams = teams.iter().map(|name| team(name)).collect();
        Standing { role, teams, folders: Folders::from([folder("sales")]) }
    }

    fn folder(name: &str) -> Option<FolderName> {
        Some(FolderName::parse(name).unwrap())
    }

    fn slug() -> Slug {
        Slug::parse("sales").unwrap()
    }

    #[test]
    fn every_kind_of_viewer_and_target_has_its_verdict() {
        use Verdict::{Allowed, Hidden, SignIn};
        let (slug, other) = (slug(), Slug::parse("other").unwrap());
        let (public, signed_in) = (Audience::Public, Audience::SignedIn);
        let teams = Audience::Teams(vec![team("sales"), team("board")]);
        let program =
            |role, scope| Viewer::Program(standing(role, &["sales"]), Scopes(vec![scope]));
        let viewers = [
            Viewer::Anybody,
            Viewer::Nobody,
            Viewer::Person(standing(Role::Viewer, &["sales"])),
            Viewer::Person(standing(Role::Viewer, &["shipping"])),
            Viewer::Person(standing(Role::Editor, &["sales"])),
            Viewer::Person(standing(Role::Admin, &[])),
            program(Role::Admin, Scope::Read(Vec::new())),
            program(Role::Admin, Scope::Read(vec![other])),
            program(Role::Editor, Scope::Invalidate(Vec::new())),
            program(Role::Admin, Scope::Metrics),
            program(Role::Admin, Scope::Admin),
            program(Role::Viewer, Scope::Admin),
            Viewer::Unready,
            Viewer::Link(ImageScope::parse("sales/revenue").unwrap()),
            Viewer::Link(ImageScope::parse("other").unwrap()),
        ];
        let (y, s, n) = (Allowed, SignIn, Hidden);
        let (own, others) = (folder("sales"), folder("stock"));
        let rows = [
            (Target::Open, [y, y, y, y, y, y, y, y, y, y, y, y, y, y, y]),
            (Target::Dashboard(&slug, &public), [y, y, y, y, y, y, y, n, n, n, y, y, n, y, n]),
            (Target::Dashboard(&slug, &signed_in), [y, s, y, y, y, y, y, n, n, n, y, y, n, y, n]),
            (Target::Dashboard(&slug, &teams), [y, s, y, n, y, y, y, n, n, n, y, y, n, y, n]),
            (
                Target::Behind(&slug, &public, own.as_ref()),
                [y, s, n, n, y, y, n, n, n, n, y, n, n, n, n],
            ),
            (
                Target::Behind(&slug, &teams, own.as_ref()),
                [y, s, n, n, y, y, n, n, n, n, y, n, n, n, n],
            ),
            (
                Target::Behind(&slug, &public, others.as_ref()),
                [y, s, n, n, n, y, n, n, n, n, y, n, n, n, n],
            ),
            (Target::Behind(&slug, &public, None), [y, s, n, n, n, y, n, n, n, n, y, n, n, n, n]),
            (Target::Tending, [y, s, n, n, y, y, n, n, n, n, y, n, n, n, n]),
            (Target::Profile, [n, s, y, y, y, y, n, n, n, n, n, n, n, n, n]),
            (Target::Factor, [n, s, y, y, y, y, n, n, n, n, n, n, y, n, n]),
            (Target::Invalidation, [y, s, n, n, y, y, n, n, y, n, y, n, n, n, n]),
            (Target::Administration, [y, s, n, n, n, y, n, n, n, n, y, n, n, n, n]),
            (Target::Metrics, [y, s, n, n, n, y, n, n, n, y, y, n, n, n, n]),
        ];
        for (target, expected) in rows {
            for (viewer, expected) in viewers.iter().zip(expected) {
                assert_eq!(verdict(viewer, target), expected, "{viewer:?} {target:?}");
            }
        }
    }

    fn roles() -> impl Strategy<Value = Role> {
        prop_oneof![Just(Role::Viewer), Just(Role::Editor), Just(Role::Admin)]
    }

    fn names() -> impl Strategy<Value = Vec<TeamName>> {
        proptest::collection::vec("[a-d]".prop_map(|name| team(&name)), 0..4)
    }

    fn audiences() -> impl Strategy<Value = Audience> {
        prop_oneof![
            Just(Audience::Public),
            Just(Audience::SignedIn),
            names().prop_map(Audience::Teams)
        ]
    }

    fn folders() -> impl Strategy<Value = Folders> {
        proptest::collection::btree_set(folder_or_none(), 0..3)
    }

    fn folder_or_none() -> impl Strategy<Value = Option<FolderName>> {
        prop_oneof![Just(None), "[a-c]".prop_map(|name| folder(&name))]
    }

    fn scopes() -> impl Strategy<Value = Scopes> {
        let some = prop_oneof![
            Just(Scope::Read(Vec::new())),
            Just(Scope::Read(vec![slug()])),
            Just(Scope::Invalidate(Vec::new())),
            Just(Scope::Metrics),
            Just(Scope::Admin),
        ];
        proptest::collection::vec(some, 0..3).prop_map(Scopes)
    }

    proptest! {
        #[test]
        fn a_token_may_nothing_that_its_owner_may_not(
            role in roles(), teams in names(), folders in folders(), audience in audiences(),
            folder in folder_or_none(), scopes in scopes(),
        ) {
            let slug = slug();
            let standing = Standing { role, teams: teams.into_iter().collect(), folders };
            let owner = Viewer::Person(standing.clone());
            let program = Viewer::Program(standing, scopes);
            for target in [
                Target::Open,
                Target::Dashboard(&slug, &audience),
                Target::Behind(&slug, &audience, folder.as_ref()),
                Target::Tending,
                Target::Profile,
                Target::Factor,
                Target::Invalidation,
                Target::Administration,
                Target::Metrics,
            ] {
                if verdict(&program, target) == Verdict::Allowed {
                    prop_assert_eq!(verdict(&owner, target), Verdict::Allowed, "{:?}", target);
                }
            }
        }

        #[test]
        fn a_team_sees_what_names_it_and_other_teams_do_not(
            role in prop_oneof![Just(Role::Viewer), Just(Role::Editor)],
            teams in names(),
            named in names(),
        ) {
            let slug = slug();
            let shares = teams.iter().any(|team| named.contains(team));
            let audience = Audience::Teams(named);
            let (teams, folders) = (teams.into_iter().collect(), Folders::new());
            let viewer = Viewer::Person(Standing { role, teams, folders });
            let expected = if shares { Verdict::Allowed } else { Verdict::Hidden };
            prop_assert_eq!(verdict(&viewer, Target::Dashboard(&slug, &audience)), expected);
        }

        #[test]
        fn what_is_behind_a_dashboard_is_seen_by_nobody_who_does_not_see_it(
            role in roles(), teams in names(), folders in folders(), audience in audiences(),
            folder in folder_or_none(),
        ) {
            let slug = slug();
            let is_own = role == Role::Admin || role == Role::Editor && folders.contains(&folder);
            let viewer =
                Viewer::Person(Standing { role, teams: teams.into_iter().collect(), folders });
            let behind = Target::Behind(&slug, &audience, folder.as_ref());
            if verdict(&viewer, behind) == Verdict::Allowed {
                prop_assert!(is_own, "nobody but admins looks behind what is in another's folder");
                prop_assert_eq!(
                    verdict(&viewer, Target::Dashboard(&slug, &audience)),
                    Verdict::Allowed
                );
            }
        }
    }
}
