with buyers as (
  select customer, count(*) as orders
  from invoices
  where $range(invoiced_at) and not cancelled and customer is not null and $optional(country = :one)
  group by customer
)
select avg(orders > 1) as share from buyers
