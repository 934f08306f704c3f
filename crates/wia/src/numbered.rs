//! The macro behind closed enumerations of header constants.

/// Declares an enumeration whose variants each have the number and the name of a header constant.
macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $value:literal, $header:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$doc])* #[doc(alias = $header)] $variant,)*
        }

        impl $name {
            /// Every variant, in the order of the header.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The number of the header constant.
            pub const fn value(self) -> i32 {
                match self { $($name::$variant => $value,)* }
            }

            /// The variant with this number, if there is one.
            pub const fn from_value(value: i32) -> Option<$name> {
                match value { $($value => Some($name::$variant),)* _ => None }
            }

            /// The name of the header constant.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $header,)* }
            }
        }
    };
}

pub(crate) use numbered;
