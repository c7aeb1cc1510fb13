/** Which of some shards a text belongs to: the same one always, and about as many texts in each. Not cryptographic. */
export const shardOf = (text: string, shards: number): number => {
  let sum = 0;
  for (const char of text) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return sum % shards;
};
