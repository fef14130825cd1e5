select ':one', ":one", 'it''s :two' as a, e'\':one', $$:one$$, [:one], `:one` -- :one
/* :one $x( */ from t