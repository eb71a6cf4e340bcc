//! Marks on lines of text: single cells that are something else than what stands there.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Puts `sign` into a cell of `line`, which is made of signs of one cell each; nothing where it ends before.
pub fn mark(line: &mut Line<'static>, cell: usize, sign: &'static str, style: Style) {
    let mut begin = 0;
    for (index, span) in line.spans.iter().enumerate() {
        let length = span.content.chars().count();
        if cell < begin + length {
            let (before, after) = split(span, cell - begin);
            let parts = [before, Span::styled(sign, style), after];
            let parts = parts.into_iter().filter(|part| !part.content.is_empty());
            line.spans.splice(index..=index, parts.collect::<Vec<_>>());
            return;
        }
        begin += length;
    }
}

/// What stands before and after a cell.
fn split(span: &Span<'static>, cell: usize) -> (Span<'static>, Span<'static>) {
    let before: String = span.content.chars().take(cell).collect();
    let after: String = span.content.chars().skip(cell + 1).collect();
    (Span::styled(before, span.style), Span::styled(after, span.style))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(spans: &[&'static str], cell: usize) -> (String, usize) {
        let mut line = Line::from(spans.iter().map(|text| Span::raw(*text)).collect::<Vec<_>>());
        mark(&mut line, cell, "|", Style::new().bold());
        let bold = line.spans.iter().filter(|span| span.style == Style::new().bold());
        (line.to_string(), bold.count())
    }

    #[test]
    fn one_cell_is_another() {
        assert_eq!(marked(&["▁▂▃"], 0), ("|▂▃".to_owned(), 1));
        assert_eq!(marked(&["ab", "▁▂▃"], 3), ("ab▁|▃".to_owned(), 1));
        assert_eq!(marked(&["ab", "▁▂▃"], 4), ("ab▁▂|".to_owned(), 1));
        assert_eq!(marked(&["ab"], 2), ("ab".to_owned(), 0));
        assert_eq!(marked(&[], 0), (String::new(), 0));
    }
}
