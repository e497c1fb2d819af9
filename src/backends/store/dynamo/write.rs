//! One part of a transaction.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};

use super::item::{Item, Key};

/// A change of one item, and what must hold for it.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    /// The whole item.
    Put { item: Item, condition: Option<String>, values: Option<Item> },
    /// Some of its attributes.
    Update { key: Key, expression: String, condition: Option<String>, values: Option<Item> },
    /// No item.
    Delete { key: Key, condition: Option<String>, values: Option<Item> },
}

impl Write {
    pub(super) fn put<'a>(
        key: &Key,
        attributes: impl IntoIterator<Item = (&'a str, AttributeValue)>,
    ) -> Write {
        let mut item = key.item();
        item.extend(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Write::Put { item, condition: None, values: None }
    }

    pub(super) fn delete(key: Key) -> Write {
        Write::Delete { key, condition: None, values: None }
    }

    pub(super) fn update(key: Key, expression: impl Into<String>) -> Write {
        Write::Update { key, expression: expression.into(), condition: None, values: None }
    }

    /// Only if there is no such item.
    pub(super) fn if_absent(self) -> Write {
        self.only_if("attribute_not_exists(pk)", [])
    }

    /// Only if this holds.
    pub(super) fn only_if<const N: usize>(
        mut self,
        holds: &str,
        values: [(&str, AttributeValue); N],
    ) -> Write {
        let (Write::Put { condition, .. }
        | Write::Update { condition, .. }
        | Write::Delete { condition, .. }) = &mut self;
        *condition = Some(match condition.take() {
            Some(other) => format!("{other} AND {holds}"),
            None => holds.to_owned(),
        });
        self.with(values)
    }

    /// With these values in its expressions.
    pub(super) fn with<const N: usize>(mut self, more: [(&str, AttributeValue); N]) -> Write {
        let (Write::Put { values, .. } | Write::Update { values, .. } | Write::Delete { values, .. }) =
            &mut self;
        // An empty map of values is refused.
        for (name, value) in more {
            values.get_or_insert_default().insert(name.to_owned(), value);
        }
        self
    }

    /// The whole item, if it writes one.
    pub(crate) fn item(&self) -> Option<&Item> {
        match self {
            Write::Put { item, .. } => Some(item),
            Write::Update { .. } | Write::Delete { .. } => None,
        }
    }

    pub(super) fn is_put(&self) -> bool {
        matches!(self, Write::Put { .. })
    }

    pub(super) fn in_transaction(self, table: &str) -> anyhow::Result<TransactWriteItem> {
        let item = TransactWriteItem::builder();
        Ok(match self {
            Write::Put { item: whole, condition, values } => {
                let put = Put::builder().table_name(table).set_item(Some(whole));
                let put = put.set_condition_expression(condition).set_expression_attribute_values(values);
                item.put(put.build()?).build()
            }
            Write::Update { key, expression, condition, values } => {
                let update = Update::builder().table_name(table).set_key(Some(key.item()));
                let update = update.update_expression(expression).set_condition_expression(condition);
                item.update(update.set_expression_attribute_values(values).build()?).build()
            }
            Write::Delete { key, condition, values } => {
                let delete = Delete::builder().table_name(table).set_key(Some(key.item()));
                let delete =
                    delete.set_condition_expression(condition).set_expression_attribute_values(values);
                item.delete(delete.build()?).build()
            }
        })
    }
}
