import { defineJob, Pipeline } from 'nacelle'

const settings = JSON.parse('{"port": }') as { readonly port: number }

export default defineJob({ name: `import-fails-${settings.port}` }, () => Pipeline.create())
