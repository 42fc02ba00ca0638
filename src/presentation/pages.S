/* The files under web/ as they are, in read-only data. */
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
    file sign_in_html, "web/signin/signin.html"
    file sign_in_js, "web/signin/signin.js"
    file sign_in_css, "web/signin/signin.css"
    file invite_html, "web/invite/invite.html"
    file invite_js, "web/invite/invite.js"
    file viewer_missing_html, "web/viewer/missing.html"
    file viewer_config_js, "web/viewer/app-config.js"
    .section .note.GNU-stack, "", %progbits
