/**
 * How a text names the command of this package. By the package's own name, not the program's: npx
 * takes what is installed where it runs, and elsewhere it fetches the package of the name it is given.
 */
export const NPX = "npx @iot-flows/node-red-aliyun-iot";
