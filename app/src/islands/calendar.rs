//! A month to choose a range from: the first press is the first day, the next one the last. Fills the
//! two date fields of its form, which work alone without scripts.

use brisk_domain::{date_words, parameter};
use chrono::{Datelike, Days, Months, NaiveDate};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What a calendar gets from the view around it: on the server from context, in browsers from the
/// form's `data-days`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CalendarDays {
    /// The first chosen day.
    pub first: NaiveDate,
    /// The last chosen day.
    pub last: NaiveDate,
    /// Today.
    pub today: NaiveDate,
}

impl CalendarDays {
    /// Counted from the common era: short in the page, and without a parser of dates here.
    pub fn to_text(self) -> String {
        [self.first, self.last, self.today].map(|day| day_number(day).to_string()).join(" ")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut days = text.split(' ').map(|number| number.parse().ok().map(day));
        Some(Self { first: days.next()??, last: days.next()??, today: days.next()?? })
    }
}

type DayNumber = i32;

fn day_number(day: NaiveDate) -> DayNumber {
    day.num_days_from_ce()
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Chosen {
    first: NaiveDate,
    /// None between the two presses.
    last: Option<NaiveDate>,
}

const WEEKDAYS: &str = "<tr><th scope=col abbr=Monday>Mo</th><th scope=col abbr=Tuesday>Tu</th>\
    <th scope=col abbr=Wednesday>We</th><th scope=col abbr=Thursday>Th</th>\
    <th scope=col abbr=Friday>Fr</th><th scope=col abbr=Saturday>Sa</th>\
    <th scope=col abbr=Sunday>Su</th></tr>";

/// A calendar for the date fields `from` and `to` of the form around it. The server reads its days
/// from context, browsers from the form: properties would arrive as JSON, whose parser is a tenth of
/// the wasm.
#[island]
pub fn Calendar() -> impl IntoView {
    let days = RwSignal::new(use_context::<CalendarDays>().unwrap_or_default());
    let written = days.get_untracked();
    let chosen = RwSignal::new(Chosen::of(written));
    // The focused day; its month is shown.
    let focus = RwSignal::new(written.last);
    let table = NodeRef::<leptos::html::Table>::new();
    table.on_load(move |table| {
        let form = table.closest("form[data-days]").ok().flatten();
        let text = form.and_then(|form| form.get_attribute("data-days"));
        if let Some(read) = text.and_then(|text| CalendarDays::parse(&text)) {
            days.set(read);
            chosen.set(Chosen::of(read));
            focus.set(read.last);
        }
    });
    let turn = move |months: i32| {
        focus.update(|at| {
            let count = Months::new(months.unsigned_abs());
            let turned = if months < 0 {
                at.checked_sub_months(count)
            } else {
                at.checked_add_months(count)
            };
            *at = turned.unwrap_or(*at);
        });
    };
    let choose = move |event: web_sys::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(pressed) = target.and_then(|target| target.get_attribute("data-day")) else {
            return;
        };
        let pressed = day(pressed.parse().unwrap_or_default());
        chosen.update(|chosen| match chosen.last {
            None if pressed >= chosen.first => chosen.last = Some(pressed),
            _ => *chosen = Chosen { first: pressed, last: None },
        });
        focus.set(pressed);
        fill(table, chosen.get_untracked());
        take_focus(table, pressed);
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let days: i64 = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "ArrowUp" => -7,
            "ArrowDown" => 7,
            _ => return,
        };
        event.prevent_default();
        let (at, count) = (focus.get_untracked(), Days::new(days.unsigned_abs()));
        let next = if days < 0 { at.checked_sub_days(count) } else { at.checked_add_days(count) };
        let next = next.unwrap_or(at);
        focus.set(next);
        take_focus(table, next);
    };
    view! {
        <div class="cal js-only">
            <header>
                <button type="button" class="icon-btn" aria-label="Month before" on:click=move |_| turn(-1)>
                    <svg class="i" aria-hidden="true"><use href="#i-back"></use></svg>
                </button>
                <span aria-live="polite">{move || date_words::month(focus.get())}</span>
                <button type="button" class="icon-btn next" aria-label="Month after" on:click=move |_| turn(1)>
                    <svg class="i" aria-hidden="true"><use href="#i-back"></use></svg>
                </button>
            </header>
            <table node_ref=table on:click=choose on:keydown=on_key>
                <thead inner_html=WEEKDAYS></thead>
                <tbody inner_html=move || weeks(focus.get(), chosen.get(), days.get().today)></tbody>
            </table>
        </div>
    }
}

impl Chosen {
    fn of(days: CalendarDays) -> Self {
        Self { first: days.first, last: Some(days.last) }
    }
}

/// Six weeks around the month of `focus`, as markup: always six, so that the box keeps its height.
/// Views with this many attributes would be a tenth of the wasm.
fn weeks(focus: NaiveDate, chosen: Chosen, today: NaiveDate) -> String {
    let month = focus.with_day(1).unwrap_or(focus);
    let monday = day_number(month) - month.weekday().num_days_from_monday() as DayNumber;
    let (first, last) = (day_number(chosen.first), day_number(chosen.last.unwrap_or(chosen.first)));
    let mut markup = String::new();
    for number in monday..monday + 42 {
        let at = day(number);
        if (number - monday) % 7 == 0 {
            markup.push_str("<tr>");
        }
        markup.push_str("<td class=\"");
        for (applies, word) in [
            (first <= number && number <= last, "in "),
            (number == first, "first "),
            (number == last, "last "),
            (at.month() != month.month(), "out"),
        ] {
            if applies {
                markup.push_str(word);
            }
        }
        markup.push_str("\"><button type=\"button\" data-day=\"");
        markup.push_str(&number.to_string());
        markup.push_str("\" aria-label=\"");
        markup.push_str(&date_words::long(at));
        markup.push_str("\" aria-pressed=\"");
        markup.push_str(if number == first || number == last { "true" } else { "false" });
        markup.push_str("\" tabindex=\"");
        markup.push_str(if at == focus { "0\"" } else { "-1\"" });
        markup.push_str(if at == today { " aria-current=\"date\">" } else { ">" });
        markup.push_str(&at.day().to_string());
        markup.push_str("</button></td>");
    }
    markup
}

/// Writes the chosen days into the form's fields.
fn fill(table: NodeRef<leptos::html::Table>, chosen: Chosen) {
    let Some(Ok(Some(form))) = table.get_untracked().map(|table| table.closest("form")) else {
        return;
    };
    let last = chosen.last.unwrap_or(chosen.first);
    for (name, day) in [(parameter::FROM, chosen.first), (parameter::TO, last)] {
        let field = form.query_selector(&format!("input[name={name}]")).ok().flatten();
        if let Some(field) = field.and_then(|f| f.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            field.set_value(&date_words::iso(day));
        }
    }
}

/// Moves the focus to `day`, once it is drawn.
fn take_focus(table: NodeRef<leptos::html::Table>, day: NaiveDate) {
    request_animation_frame(move || {
        let Some(table) = table.get_untracked() else { return };
        let button = table.query_selector(&format!("[data-day='{}']", day_number(day)));
        if let Ok(Some(button)) = button
            && let Ok(button) = button.dyn_into::<web_sys::HtmlElement>()
        {
            let _ = button.focus();
        }
    });
}

fn day(number: DayNumber) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(number).unwrap_or_default()
}
