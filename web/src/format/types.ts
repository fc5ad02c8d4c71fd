/** Names of types as people read them. */

/** `system.Dataset` as `Dataset`. */
export const typeName = (schemaTitle: string): string =>
  schemaTitle.replace(/^(system|google)\./, "");

const PARAMETERS: Record<string, string> = {
  STRING: "text",
  NUMBER_INTEGER: "whole number",
  NUMBER_DOUBLE: "number",
  BOOLEAN: "true or false",
  LIST: "list",
  STRUCT: "object",
};

/** `NUMBER_INTEGER` as `whole number`. */
export const parameterType = (type: string): string => PARAMETERS[type] ?? typeName(type);
