mysql://ada:tr0ub4dor@db.acme.io/vm
