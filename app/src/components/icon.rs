//! Small line icons, 16 px.

use leptos::prelude::*;

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $path:literal;)*) => {
        $($(#[$doc])* pub(crate) fn $name() -> AnyView {
            view! {
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=$path/></svg>
            }
            .into_any()
        })*
    };
}

icons! {
    calendar = "M2.5 6.5h11M5 1.5v3M11 1.5v3M3.5 3h9a1 1 0 0 1 1 1v8.500a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z";
    chevron = "M4 6l4 4 4-4";
    dots = "M3 8h.01M8 8h.01M13 8h.01";
    filter = "M2 4h12M4.500 8h7M7 12h2";
    refresh = "M13.500 8a5.500 5.500 0 1 1-1.700-4M13.500 1.500V5H10";
    sun = "M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z";
    moon = "M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z";
    monitor = "M2 3h12v8H2zM6 14h4M8 11v3";
    alert = "M8 5v4M8 11.500h.01M8 1.500l6.500 12h-13z";
    mark = "M3.500 12.500v-4M8 12.500v-9M12.500 12.500v-6";
}
