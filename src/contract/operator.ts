/**
 * What binds an operator's signature to one order at one function: the value of the signed header
 * `X-Vault-AWS-IAM-Server-ID`. A signature made for a login, another deployment or another order does not carry it.
 */
export const operatorServerId = (functionName: string, order: string): string => `zeroth:${functionName}:${order}`;
