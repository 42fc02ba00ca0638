// The client that browser viewers are built on, against the real server: node dicomweb_client.mjs URL FOLDER
// FOLDER holds Part 10 files of one study, native and JPEG; the access token comes from GANTRY_TOKEN. Everything sent is asked back
// by every road the client knows and compared byte for byte. A line of JSON for each step: its id, and its failure or "".
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import XMLHttpRequest from 'xhr2'
import dicomwebClient from 'dicomweb-client'
import dicomParser from 'dicom-parser'

globalThis.XMLHttpRequest = XMLHttpRequest
globalThis.window = globalThis

const [url, folder] = process.argv.slice(2)
const headers = { Authorization: `Bearer ${process.env.GANTRY_TOKEN}` }
const client = new dicomwebClient.api.DICOMwebClient({ url, headers, verbose: false })

function readFile(name) {
  const bytes = new Uint8Array(fs.readFileSync(path.join(folder, name)))
  const set = dicomParser.parseDicom(bytes)
  const pixels = set.elements.x7fe00010
  return {
    bytes,
    set,
    ids: {
      studyInstanceUID: set.string('x0020000d'),
      seriesInstanceUID: set.string('x0020000e'),
      sopInstanceUID: set.string('x00080018')
    },
    frameCount: set.intString('x00280008') ?? 1,
    pixels: pixels.encapsulatedPixelData
      ? dicomParser.readEncapsulatedPixelDataFromFragments(set, pixels, 0)
      : bytes.slice(pixels.dataOffset, pixels.dataOffset + pixels.length),
    syntax: set.string('x00020010')
  }
}

const same = (got, sent, what) => assert.equal(Buffer.compare(Buffer.from(got), Buffer.from(sent)), 0, what)
const value = (object, tag) => object[tag]?.Value?.[0]
const sopUid = object => value(object, '00080018')
const parsedUid = buffer => dicomParser.parseDicom(new Uint8Array(buffer)).string('x00080018')

const files = fs.readdirSync(folder).sort().map(readFile)
const native = files.filter(file => file.syntax === '1.2.840.10008.1.2.1')
const jpeg = files.find(file => file.syntax === '1.2.840.10008.1.2.4.70')
const byUid = new Map(files.map(file => [file.ids.sopInstanceUID, file]))
const study = files[0].ids.studyInstanceUID
const seriesUids = [...new Set(files.map(file => file.ids.seriesInstanceUID))]
const inSeries = uid => files.filter(file => file.ids.seriesInstanceUID === uid)
const first = native[0]

function sameSet(parts, sent, what) {
  assert.equal(parts.length, sent.length, what)
  const seen = new Set()
  for (const part of parts) {
    const uid = parsedUid(part)
    same(part, byUid.get(uid).bytes, `${what}: ${uid}`)
    seen.add(uid)
  }
  assert.equal(seen.size, sent.length, `${what}: repeats`)
}

const steps = {
  async 'no-token'() {
    const stranger = new dicomwebClient.api.DICOMwebClient({ url, verbose: false })
    await assert.rejects(stranger.searchForStudies(), error => error.status === 401)
  },
  async 'store'() {
    const datasets = files.map(file => file.bytes.buffer)
    for (let round = 0; round < 2; round++) {
      const answer = await client.storeInstances({ datasets })
      const told = typeof answer === 'string' ? JSON.parse(answer) : answer
      assert.equal(told['00081199'].Value.length, files.length)
      assert.equal(told['00081198'], undefined)
    }
  },
  async 'store-wrong-study'() {
    await assert.rejects(client.storeInstances({ datasets: [first.bytes.buffer], studyInstanceUID: '1.2.3.99' }),
      error => error.status === 409)
  },
  async 'search-studies'() {
    const patientId = first.set.string('x00100020')
    for (const queryParams of [{ PatientID: patientId }, { StudyInstanceUID: study }, { PatientName: 'client*', limit: 5 },
      { '00100010': 'CLIENT^*', includefield: '00081030,00080060', fuzzymatching: false },
      { StudyDate: '20260101-20260131', PatientID: patientId }]) {
      const found = await client.searchForStudies({ queryParams })
      assert.deepEqual(found.map(s => value(s, '0020000D')), [study], JSON.stringify(queryParams))
      assert.equal(value(found[0], '00201206'), seriesUids.length)
      assert.equal(value(found[0], '00201208'), files.length)
    }
    assert.deepEqual(await client.searchForStudies({ queryParams: { PatientID: 'nobody' } }), [])
    assert.equal((await client.searchForStudies({ queryParams: { limit: 3, offset: 1 } })).length, 3)
  },
  async 'search-series'() {
    const found = await client.searchForSeries({ studyInstanceUID: study })
    assert.deepEqual(found.map(s => value(s, '0020000E')).sort(), [...seriesUids].sort())
    const one = await client.searchForSeries({ studyInstanceUID: study, queryParams: { SeriesInstanceUID: seriesUids[1] } })
    assert.deepEqual(one.map(s => value(s, '00201209')), [inSeries(seriesUids[1]).length])
    assert.equal((await client.searchForSeries({ queryParams: { Modality: 'US' } })).length, 1)
    assert.deepEqual((await client.searchForSeries({ queryParams: { PatientID: 'CLIENT-1' } })).length, seriesUids.length)
  },
  async 'search-instances'() {
    for (const uid of seriesUids) {
      const found = await client.searchForInstances({ studyInstanceUID: study, seriesInstanceUID: uid })
      assert.deepEqual(found.map(sopUid).sort(), inSeries(uid).map(file => file.ids.sopInstanceUID).sort())
    }
    const queryParams = { SOPInstanceUID: first.ids.sopInstanceUID }
    const one = await client.searchForInstances({ queryParams })
    assert.deepEqual(one.map(sopUid), [first.ids.sopInstanceUID])
    assert.equal((await client.searchForInstances({ studyInstanceUID: study })).length, files.length)
  },
  async 'metadata'() {
    const levels = [[await client.retrieveStudyMetadata({ studyInstanceUID: study }), files],
      [await client.retrieveSeriesMetadata(first.ids), inSeries(first.ids.seriesInstanceUID)],
      [await client.retrieveInstanceMetadata(first.ids), [first]]]
    for (const [objects, sent] of levels) {
      assert.deepEqual(objects.map(sopUid).sort(), sent.map(file => file.ids.sopInstanceUID).sort())
      for (const object of objects) {
        const { set } = byUid.get(sopUid(object))
        assert.equal(value(object, '00100020'), set.string('x00100020'))
        assert.equal(value(object, '00280010'), set.uint16('x00280010'))
        assert.equal(value(object, '00200013'), set.intString('x00200013'))
        for (const tag of Object.keys(set.elements).filter(tag => !tag.startsWith('x0002')))
          assert.ok(object[tag.slice(1).toUpperCase()], `${tag} is missing`)
      }
    }
  },
  async 'bulk-data'() {
    const [object] = await client.retrieveInstanceMetadata(first.ids)
    const BulkDataURI = new URL(object['7FE00010'].BulkDataURI, url).href
    const [bytes] = await client.retrieveBulkData({ BulkDataURI })
    same(bytes, first.pixels, 'bulk data')
  },
  async 'retrieve'() {
    for (const file of files)
      same(await client.retrieveInstance(file.ids), file.bytes, file.ids.sopInstanceUID)
    for (const uid of seriesUids)
      sameSet(await client.retrieveSeries({ studyInstanceUID: study, seriesInstanceUID: uid }), inSeries(uid), 'series')
    sameSet(await client.retrieveStudy({ studyInstanceUID: study }), files, 'study')
    await assert.rejects(client.retrieveInstance({ ...first.ids, sopInstanceUID: '1.2.3.98' }), error => error.status === 404)
  },
  async 'frames'() {
    for (const file of native) {
      const size = file.pixels.length / file.frameCount
      const frameNumbers = Array.from({ length: file.frameCount }, (_, n) => n + 1)
      for (const mediaTypes of [undefined, [{ mediaType: 'application/octet-stream', transferSyntaxUID: '1.2.840.10008.1.2.1' }]]) {
        const frames = await client.retrieveInstanceFrames({ ...file.ids, frameNumbers, mediaTypes })
        assert.equal(frames.length, file.frameCount)
        frames.forEach((frame, n) => same(frame, file.pixels.slice(n * size, (n + 1) * size), `frame ${n + 1}`))
      }
    }
    await assert.rejects(client.retrieveInstanceFrames({ ...first.ids, frameNumbers: [99] }), error => error.status === 404)
  },
  async 'store-into-study'() {
    await client.storeInstances({ datasets: [first.bytes.buffer], studyInstanceUID: study })
  },
  async 'bulk-data-range'() {
    const [object] = await client.retrieveInstanceMetadata(first.ids)
    const BulkDataURI = new URL(object['7FE00010'].BulkDataURI, url).href
    const single = new dicomwebClient.api.DICOMwebClient({ url, headers, singlepart: 'bulkdata' })
    const [whole] = await single.retrieveBulkData({ BulkDataURI, headers: { Accept: 'application/octet-stream' } })
    same(whole, first.pixels, 'single part')
    const range = { Accept: 'application/octet-stream', Range: 'bytes=10-19' }
    const [part] = await single.retrieveBulkData({ BulkDataURI, headers: range })
    same(part, first.pixels.slice(10, 20), 'range')
  },
  async 'frames-jpeg'() {
    const jpegType = { mediaType: 'image/jpeg', transferSyntaxUID: '1.2.840.10008.1.2.4.70' }
    const octets = { mediaType: 'application/octet-stream', transferSyntaxUID: '1.2.840.10008.1.2.1' }
    const [frame] = await client.retrieveInstanceFrames({ ...jpeg.ids, frameNumbers: [1], mediaTypes: [jpegType] })
    same(frame, jpeg.pixels, 'JPEG')
    for (const [file, what] of [[jpeg, 'compressed'], [first, 'native']]) {
      const [part] = await client.retrieveInstanceFrames({ ...file.ids, frameNumbers: [1], mediaTypes: [octets, jpegType] })
      same(part, file.pixels, what)
    }
  },
  async 'progress'() {
    const seen = []
    const request = { progressCallback: event => seen.push(event) }
    sameSet(await client.retrieveStudy({ studyInstanceUID: study, request }), files, 'study')
    assert.ok(seen.length > 0)
  },
  async 'wado-uri'() {
    const older = new dicomwebClient.api.DICOMwebClient({ url, wadoURLPrefix: 'wado', headers })
    const answer = await fetch(older.buildInstanceWadoURIUrl(first.ids), { headers })
    assert.equal(answer.status, 200)
    same(await answer.arrayBuffer(), first.bytes, 'WADO-URI')
  },
  async 'rendered'() {
    const picture = await client.retrieveInstanceRendered({ ...first.ids, mediaTypes: [{ mediaType: 'image/jpeg' }] })
    assert.equal(new Uint8Array(picture)[0], 0xff)
  },
  async 'rendered-frames'() {
    const picture = await client.retrieveInstanceFramesRendered({ ...first.ids, frameNumbers: [1], mediaTypes: [{ mediaType: 'image/png' }] })
    assert.equal(new Uint8Array(picture)[0], 0x89)
  },
  async 'thumbnail'() {
    const picture = await client.retrieveInstanceThumbnail({ ...first.ids, mediaTypes: [{ mediaType: 'image/jpeg' }] })
    assert.equal(new Uint8Array(picture)[0], 0xff)
  },
  async 'demo-head'() {
    const [head] = await client.searchForStudies({ queryParams: { PatientName: 'shepp*' } })
    const studyInstanceUID = value(head, '0020000D')
    const slices = await client.retrieveStudyMetadata({ studyInstanceUID })
    assert.equal(slices.length, 64)
    const [part] = await client.retrieveInstanceFrames({ studyInstanceUID, seriesInstanceUID: value(slices[9], '0020000E'),
      sopInstanceUID: sopUid(slices[9]), frameNumbers: [1] })
    assert.equal(part.byteLength, 256 * 256 * 2)
    assert.equal((await client.retrieveStudy({ studyInstanceUID })).length, 64)
  }
}

for (const [id, step] of Object.entries(steps)) {
  try {
    await step()
    console.log(JSON.stringify({ id, failure: '' }))
  } catch (error) {
    console.log(JSON.stringify({ id, failure: `${error.status ?? ''} ${error.message ?? error}`.trim(), stack: error.stack }))
  }
}
