//! Generates, from one list of kinds, the enum whose variants carry each kind's options, the enum
//! of the bare names, and the mapping from a name to the kind's traits.

/// Declares a list of kinds.
///
/// `Bar in bar` declares the kind with options `bar::Bar` and traits `bar::TRAITS`. The traits must
/// have a field `word`: the kind's keyword in dashboard files and in the API.
macro_rules! kinds {
    (
        $(#[$about:meta])*
        pub enum $kind:ident, named by $name:ident, with $traits:ty {
            $($(#[$doc:meta])* $variant:ident in $module:ident,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $kind {
            $($(#[$doc])* $variant($module::$variant),)+
        }

        #[doc = concat!("The name of a [`", stringify!($kind), "`], without its options.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $kind {
            /// Its name.
            pub fn name(&self) -> $name {
                match self {
                    $(Self::$variant(_) => $name::$variant,)+
                }
            }

            /// The kind's traits, which do not depend on its options.
            pub fn traits(&self) -> &'static $traits {
                self.name().traits()
            }

            /// The kind's keyword in dashboard files and in the API.
            pub fn word(&self) -> &'static str {
                self.name().word()
            }
        }

        impl $name {
            /// Every kind, in the order shown to people.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The kind's traits, which do not depend on its options.
            pub fn traits(self) -> &'static $traits {
                match self {
                    $(Self::$variant => &$module::TRAITS,)+
                }
            }

            /// The kind's keyword in dashboard files and in the API.
            pub fn word(self) -> &'static str {
                self.traits().word
            }
        }
    };
}

pub(crate) use kinds;
