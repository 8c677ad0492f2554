/** @odoo-module **/
// A button beside every phone number, which rings one's own phone: the link that Odoo has there opens a program on one's own computer.

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { PhoneField } from "@web/views/fields/phone/phone_field";
import { Component, onWillStart, useState } from "@odoo/owl";

const GROUP = "ucm_odoo.group_dial";

export class UcmDialButton extends Component {
    static template = "ucm_odoo.UcmDialButton";
    static props = ["record", "name"];

    setup() {
        this.action = useService("action");
        this.title = _t("Call");
        this.state = useState({ isShown: false, isBusy: false });
        // A module from 18 on, a service before.
        const user = odoo.loader.modules.get("@web/core/user")?.user || this.env.services.user;
        onWillStart(async () => {
            this.state.isShown = await user.hasGroup(GROUP);
        });
    }

    get number() {
        return this.props.record.data[this.props.name];
    }

    async dial() {
        const { record, name } = this.props;
        this.state.isBusy = true;
        try {
            await this.action.doAction("ucm_odoo.action_dial", {
                additionalContext: {
                    active_model: record.resModel,
                    active_id: record.resId,
                    active_ids: record.resId ? [record.resId] : [],
                    x_ucm_number: this.number,
                    x_ucm_field: name,
                },
            });
        } finally {
            this.state.isBusy = false;
        }
    }
}

patch(PhoneField, {
    components: { ...PhoneField.components, UcmDialButton },
});
