"""Import: from one long README to notes, and from an instructor's plan to planned notes.

What happens, in order; all of it is pure but `disk`:

    markdown.lines   the document as lines with their place in the structure
    times, facts     what a piece of text states: times, dates, levels, addresses
    heads            a line read as the head of an item: title, link, time, ... and how sure that is
    candidates       the lines that may be heads of items, each with the facts below it
    conventions      the document's own habits: what carries its items (or its topics), where its times stand
    markers          the lines that open areas, levels and groups: those that an item or another marker follows
    outline          every line's part: area, level, group, item, text
    notes            items and texts become notes
    rewrite          their links, images and footnotes lead to where they now are
    output           their files, without boxes around nothing
    plan             what an import shows, and an instructor's plan
    disk             reading the README, writing what is new, reporting what differs
"""
