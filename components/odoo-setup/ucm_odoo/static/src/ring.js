/** @odoo-module **/
// Who calls, on the screen of whose phone rings: a card for each call, in one browser of each user.

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { SelectCreateDialog } from "@web/views/view_dialogs/select_create_dialog";
import { Component, onWillUnmount, useState } from "@odoo/owl";

/** A phone that has rung for so long and says nothing more has been unplugged. */
const LONGEST_RING_SECONDS = 300;
/** How long whoever types is left alone before the note is kept. */
const PAUSE_MS = 400;
/** What is kept of calls that are over, at most. */
const MOST_CARDS = 6;
/** Where this tab notes which cards it has, so that it has them again when it is loaded anew. */
const STORE = "ucm_odoo.rings";

/** How long another tab is given to take a card first: the one that is looked at has no reason to wait. */
function patience() {
    if (document.hasFocus()) {
        return 0;
    }
    return document.visibilityState === "visible" ? 250 : 700;
}

function instant(text) {
    return luxon.DateTime.fromSQL(text, { zone: "utc" }).toLocal();
}

/** The text of notes, which are HTML. */
function plain(html) {
    const body = new DOMParser().parseFromString(html.replaceAll("</p>", "</p> "), "text/html").body;
    return body.textContent.trim();
}

/** The last call with whoever calls, as it is shown. */
function lastCall({ last }) {
    return last && { ...last, notes: plain(last.notes), at: instant(last.at) };
}

export class UcmRings extends Component {
    static template = "ucm_odoo.UcmRings";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.bus = useService("bus_service");
        this.state = useState({ cards: [], now: Date.now() });
        // What was last said of each ring, whether or not this tab has its card.
        this.said = new Map();
        const kept = JSON.parse(browser.sessionStorage.getItem(STORE) || "{}");
        this.screen = kept.screen || Math.random().toString(36).slice(2, 12);
        this.bus.subscribe("ucm_odoo.ring", (said) => this.hear(said));
        const tick = browser.setInterval(() => this.tick(), 1000);
        onWillUnmount(() => browser.clearInterval(tick));
        for (const said of kept.rings || []) {
            this.said.set(said.ring, said);
            this.show(said);
        }
    }

    hear(said) {
        const before = this.said.get(said.ring);
        // Two transactions may overtake one another: who has answered stays so.
        if (before?.outcome === "answered" && said.outcome !== "answered") {
            said = { ...said, outcome: before.outcome, by: before.by };
        }
        this.said.set(said.ring, said);
        const card = this.state.cards.find((card) => card.ring === said.ring);
        if (card) {
            Object.assign(card, said);
            this.remember();
        } else if (this.isLive(said)) {
            browser.setTimeout(() => this.isLive(this.said.get(said.ring)) && this.show(said), patience());
        }
    }

    /** Whether the call rings at this phone, or is talked at it. */
    isLive({ state, outcome, mine }) {
        return (state === "ringing" && outcome === "ringing") || (state === "answered" && mine);
    }

    async show(said) {
        const { card } = await this.run(said.card, { ring: said.ring, screen: this.screen });
        if (!card || this.state.cards.some((known) => known.ring === said.ring)) {
            return;
        }
        const now = this.said.get(said.ring);
        this.state.cards.unshift({ ...card, ...now, last: lastCall(card), was: card.note, since: instant(card.since) });
        this.state.cards.splice(MOST_CARDS);
        this.remember();
    }

    run(action, ring) {
        return this.orm.call("ir.actions.server", "run", [[action]], { context: { x_ucm_ring: ring } });
    }

    remember() {
        const rings = this.state.cards.map(({ ring, state, outcome, by, mine, card }) => ({ ring, state, outcome, by, mine, card }));
        browser.sessionStorage.setItem(STORE, JSON.stringify({ screen: this.screen, rings }));
    }

    tick() {
        if (!this.state.cards.length) {
            return;
        }
        this.state.now = Date.now();
        for (const card of this.state.cards) {
            if (card.state === "ringing" && this.seconds(card) > LONGEST_RING_SECONDS) {
                Object.assign(card, { state: "ended", outcome: "ended" });
            }
        }
    }

    seconds(card) {
        return Math.max(0, Math.floor((this.state.now - card.since.toMillis()) / 1000));
    }

    /** Minutes and seconds since it began to ring. */
    waiting(card) {
        const seconds = this.seconds(card);
        return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    /** Whether there is more to show than a line: it rings here, or it was taken here. */
    isOpen(card) {
        return this.isLive(card) || card.mine;
    }

    name(card) {
        return card.contact?.name || card.colleague || card.shown || card.number || card.words.match;
    }

    /** What is said of a call that rings no more. */
    line(card) {
        if (card.outcome === "answered" && !card.mine) {
            return `${card.words.answered_by}: ${card.by}`;
        }
        return card.words[card.outcome] || "";
    }

    when(at) {
        return at.toLocaleString(luxon.DateTime.DATETIME_SHORT);
    }

    type(card, ev) {
        card.note = ev.target.value;
        browser.clearTimeout(card.timer);
        card.timer = browser.setTimeout(() => this.keep(card), PAUSE_MS);
    }

    /** Keeps the note; what somebody else at the same phone has written meanwhile comes back with it. */
    async keep(card) {
        browser.clearTimeout(card.timer);
        if (card.note.trim() === card.was || card.isKeeping) {
            return;
        }
        card.isKeeping = true;
        const sent = card.note;
        try {
            const { note, is_kept } = await this.run(card.actions.note, { ring: card.ring, note: sent, was: card.was });
            if (is_kept) {
                card.was = note;
                if (note !== sent.trim()) {
                    card.note = note + card.note.slice(sent.length);
                }
            }
        } finally {
            card.isKeeping = false;
        }
        if (card.note.trim() !== card.was) {
            card.timer = browser.setTimeout(() => this.keep(card), PAUSE_MS);
        }
    }

    open(model, id) {
        this.action.doAction({ type: "ir.actions.act_window", res_model: model, res_id: id, views: [[false, "form"]], target: "current" });
    }

    /** A contact that does not exist yet, with what is known of it. */
    create(card) {
        const context = { default_phone: card.number, default_name: card.shown || undefined };
        this.action.doAction({ type: "ir.actions.act_window", res_model: "res.partner", views: [[false, "form"]], target: "current", context });
    }

    choose(card) {
        this.dialog.add(SelectCreateDialog, {
            resModel: "res.partner",
            title: card.words.assign,
            multiSelect: false,
            noCreate: true,
            onSelected: ([id]) => this.assign(card, id),
        });
    }

    async assign(card, contact) {
        await this.run(card.actions.assign, { ring: card.ring, contact });
        const { card: anew } = await this.run(card.card, { ring: card.ring, screen: this.screen });
        if (anew) {
            const { contact, candidates, leads, todos, match, words } = anew;
            Object.assign(card, { contact, candidates, leads, todos, match, words, last: lastCall(anew) });
        }
    }

    async close(card) {
        await this.keep(card);
        this.state.cards.splice(this.state.cards.indexOf(card), 1);
        this.remember();
    }
}

registry.category("main_components").add("ucm_odoo.UcmRings", { Component: UcmRings });
