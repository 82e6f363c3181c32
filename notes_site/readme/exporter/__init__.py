"""One README of a whole course, as graders read it on GitHub: written from the notes, and taken apart again. Pure.

marks    the comments that say what stands below them; escaping
text     a note's text as part of a longer document: links, images, headings, and back
pack     the README of a site
unpack   the notes of such a README
"""
