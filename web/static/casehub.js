// Ours, and small: everything works without it but what is live.
"use strict";
