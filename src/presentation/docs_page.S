/* The files of web/docs as they are, in read-only data. */
    .section .rodata
    .macro file name, path
    .global \name
    .global \name\()_end
    .hidden \name
    .hidden \name\()_end
\name:
    .incbin "\path"
\name\()_end:
    .endm
    file docs_html, "web/docs/docs.html"
    file docs_js, "web/docs/docs.js"
    file docs_css, "web/docs/docs.css"
    .section .note.GNU-stack, "", %progbits
