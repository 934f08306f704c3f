//! The macro behind the lists of named GUIDs (categories, events, commands).

/// Declares a constant for each GUID, the table of all of them, and the look-ups both ways.
macro_rules! identifiers {
    ($prefix:literal, $($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub const $name: Guid = Guid($value);)*

        /// Every identifier of this module with its header name.
        pub const ALL: &[(&str, Guid)] = &[$((stringify!($name), $name),)*];

        /// The header name of an identifier.
        pub fn name(id: Guid) -> Option<&'static str> {
            ALL.iter().find(|(_, g)| *g == id).map(|(n, _)| *n)
        }

        #[doc = concat!("The identifier of a name, with or without `", $prefix, "`, in any case of letters.")]
        pub fn by_name(name: &str) -> Option<Guid> {
            ALL.iter()
                .find(|(n, _)| crate::identifiers::is_called(n, $prefix, name))
                .map(|(_, g)| *g)
        }
    };
}

pub(crate) use identifiers;

/// Whether `asked` is `full`, or `full` without `prefix`, in any case of letters.
pub(crate) fn is_called(full: &str, prefix: &str, asked: &str) -> bool {
    full.eq_ignore_ascii_case(asked)
        || full
            .strip_prefix(prefix)
            .is_some_and(|short| short.eq_ignore_ascii_case(asked))
}
