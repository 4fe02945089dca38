/** Tests run under the product's own switch for tests, quietly; NODE_ENV is what the runtime always has. */
process.env.APP_ENV = 'test'
process.env.NODE_ENV = 'production'
process.env.LOG_LEVEL ??= 'silent'
