/** The tag that says which lease an IAM user was made for: its value is the number kept in the lease. */
export const LEASE_TAG = "zeroth:lease";
