//! Tickets of coast lotteries.

use uuid::Uuid;

use super::Tx;
use super::sql::args;
use crate::domain::lottery::Ticket;
use crate::error::Result;

impl Tx {
    /// Registers a ticket for what it was torn off. False when it was registered before.
    ///
    /// # Errors
    /// `internal`.
    pub async fn add_ticket(&mut self, lottery: Uuid, ticket: &Ticket, of: Uuid) -> Result<bool> {
        let sql = "INSERT INTO ticket (lottery_id, number, child, thing_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        Ok(self.run(sql, args![lottery, ticket.number.clone(), ticket.child, of]).await? == 1)
    }

    /// The tickets of a lottery, sorted by number; or only the one with this number.
    ///
    /// # Errors
    /// `internal`.
    pub async fn tickets(&mut self, lottery: Uuid, number: Option<String>) -> Result<Vec<Ticket>> {
        let all = "SELECT number, child FROM ticket WHERE lottery_id = $1";
        let rows = match number {
            Some(number) => {
                let one = "SELECT number, child FROM ticket WHERE lottery_id = $1 AND number = $2";
                self.rows(one, args![lottery, number]).await?
            }
            None => self.rows(all, args![lottery]).await?,
        };
        let read = rows.iter().map(|r| Ok(Ticket { number: r.text(0)?, child: r.bool(1)? }));
        let mut tickets = read.collect::<Result<Vec<_>>>()?;
        tickets.sort(); // databases differ in what they call sorted
        Ok(tickets)
    }

    /// The cleanup or pile a ticket was torn off.
    ///
    /// # Errors
    /// `internal`.
    pub async fn ticket_of(&mut self, lottery: Uuid, number: &str) -> Result<Option<Uuid>> {
        let sql = "SELECT thing_id FROM ticket WHERE lottery_id = $1 AND number = $2";
        self.row(sql, args![lottery, number.to_owned()]).await?.map(|r| r.id(0)).transpose()
    }
}
