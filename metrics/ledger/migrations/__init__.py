"""The steps from the ledger of the first release to the present one. A step that was released is never changed."""
