//! Whether a member can read a channel, from what Discord tells of server and channel.

use serde_json::Value;

const ADMINISTRATOR: u64 = 1 << 3;
const VIEW_CHANNEL: u64 = 1 << 10;
const READ_MESSAGE_HISTORY: u64 = 1 << 16;

/// A member of a server.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub guild: u64,
    pub member: u64,
    /// With that of everybody, whose id is the server's.
    pub roles: &'a [u64],
}

impl Reader<'_> {
    /// Whether the member sees the channel and its earlier messages. `channel` is the one above it for a thread, which is
    /// what decides.
    pub fn can_read(self, guild: &Value, channel: &Value) -> bool {
        if id(&channel["guild_id"]) != Some(self.guild) {
            return false;
        }
        let own = self.permissions(guild);
        if id(&guild["owner_id"]) == Some(self.member) || own & ADMINISTRATOR != 0 {
            return true;
        }
        let (needed, here) = (VIEW_CHANNEL | READ_MESSAGE_HISTORY, self.overwritten(own, channel));
        here & needed == needed
    }

    /// What the member's roles allow in the whole server.
    fn permissions(self, guild: &Value) -> u64 {
        let roles = guild["roles"].as_array().into_iter().flatten();
        let own = roles.filter(|role| id(&role["id"]).is_some_and(|id| self.roles.contains(&id)));
        own.filter_map(|role| bits(&role["permissions"])).fold(0, |all, bits| all | bits)
    }

    /// The same with what the channel says of everybody, then of the member's roles together, then of the member.
    fn overwritten(self, permissions: u64, channel: &Value) -> u64 {
        let all = channel["permission_overwrites"].as_array().map(Vec::as_slice).unwrap_or_default();
        let everybody = |of: u64| of == self.guild;
        let other_role = |of: u64| of != self.guild && self.roles.contains(&of);
        let member = |of: u64| of == self.member;
        let layers: [&dyn Fn(u64) -> bool; 3] = [&everybody, &other_role, &member];
        layers.into_iter().fold(permissions, |permissions, is_in_layer| {
            let layer = all.iter().filter(|overwrite| id(&overwrite["id"]).is_some_and(is_in_layer));
            let (allow, deny) = layer.fold((0, 0), |(allow, deny), overwrite| {
                let part = |name: &str| bits(&overwrite[name]).unwrap_or_default();
                (allow | part("allow"), deny | part("deny"))
            });
            (permissions & !deny) | allow
        })
    }
}

fn id(value: &Value) -> Option<u64> {
    value.as_str()?.parse().ok()
}

fn bits(value: &Value) -> Option<u64> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BOTH: u64 = VIEW_CHANNEL | READ_MESSAGE_HISTORY;

    /// What everybody may, what role 20 may, what the channel says, and whether member 7 with role 20 can read it.
    #[test]
    fn the_channel_says_more_than_the_server_and_the_member_more_than_the_roles() {
        let overwrite = |id: u64, allow: u64, deny: u64| json!({ "id": id.to_string(), "type": 0, "allow": allow.to_string(), "deny": deny.to_string() });
        for (everybody, role, overwrites, readable) in [
            (BOTH, 0, vec![], true),
            (0, 0, vec![], false),
            (VIEW_CHANNEL, READ_MESSAGE_HISTORY, vec![], true),
            (BOTH, 0, vec![overwrite(3, 0, VIEW_CHANNEL)], false),
            (BOTH, 0, vec![overwrite(3, 0, VIEW_CHANNEL), overwrite(20, VIEW_CHANNEL, 0)], true),
            (BOTH, 0, vec![overwrite(20, 0, VIEW_CHANNEL)], false),
            (BOTH, 0, vec![overwrite(20, 0, VIEW_CHANNEL), overwrite(7, VIEW_CHANNEL, 0)], true),
            (BOTH, 0, vec![overwrite(21, 0, VIEW_CHANNEL), overwrite(8, 0, VIEW_CHANNEL)], true),
            (BOTH, ADMINISTRATOR, vec![overwrite(7, 0, VIEW_CHANNEL)], true),
        ] {
            let guild = json!({ "owner_id": "1", "roles": [
                { "id": "3", "permissions": everybody.to_string() }, { "id": "20", "permissions": role.to_string() },
                { "id": "21", "permissions": "8" }] });
            let channel = json!({ "guild_id": "3", "permission_overwrites": overwrites });
            let reader = Reader { guild: 3, member: 7, roles: &[20, 3] };
            assert_eq!(reader.can_read(&guild, &channel), readable, "{everybody} {role} {overwrites:?}");
            assert!(!Reader { guild: 4, ..reader }.can_read(&guild, &channel), "another server");
            assert!(Reader { member: 1, ..reader }.can_read(&guild, &channel), "the owner");
        }
    }
}
